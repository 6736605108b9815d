package io.assent.engine;

import io.assent.engine.mode.Modes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The steps of a message that name a topic (PROTOCOL 6.3). They stand for the topic's subscribers at the moment the transaction is created,
 * and for nobody who comes later.
 */
final class TopicSteps {
    private static final String SCHEME = "topic://";

    private TopicSteps() {}

    /** Takes what one step stands for. */
    interface Expansion {
        void onStep(int step, List<String> urls);
    }

    /** What is wrong with the topics of a submission, or null. */
    static Rejection check(Submission submission, Modes modes, Topics topics) {
        if (!modes.of(submission.kind()).expandsTopics()) {
            return null;
        }
        long rows = 0;
        long bytes = 0;
        for (int step = 0; step < submission.stepCount(); step++) {
            String action = submission.action(step);
            rows++;
            if (isTopic(action)) {
                Topic topic = topics.get(name(action));
                if (topic == null || topic.subscribers().isEmpty()) {
                    return Rejection.error("steps.topic", "topic not found");
                }
                rows += topic.subscribers().size() - 1;
                for (Topic.Subscriber subscriber : topic.subscribers()) {
                    String mismatch =
                            BranchUrls.mismatch(submission.options().protocol(), subscriber.url());
                    if (mismatch != null) {
                        return Rejection.error(
                                "steps.topic.protocol",
                                "steps[" + step + "].action: a subscriber of its topic can not be called: " + mismatch);
                    }
                    bytes += Integer.BYTES + subscriber.url().getBytes(StandardCharsets.UTF_8).length;
                }
            }
            if (rows > Limits.ROWS_MAX) {
                return Rejection.error(
                        "steps.rows.limit",
                        "steps stand for more than " + Limits.ROWS_MAX
                                + " branch rows with the subscribers of their topics");
            }
            if (bytes > Limits.EXPANSION_BYTES_MAX) {
                return Rejection.error(
                        "steps.topics.limit",
                        "the URLs of the topics in steps have more than " + Limits.EXPANSION_BYTES_MAX + " bytes");
            }
        }
        return null;
    }

    /** Tells each topic step of a submission that {@link #check} found right. */
    static void expand(Submission submission, Topics topics, Expansion expansion) {
        for (int step = 0; step < submission.stepCount(); step++) {
            String action = submission.action(step);
            if (isTopic(action)) {
                List<String> urls = new ArrayList<>();
                for (Topic.Subscriber subscriber : topics.get(name(action)).subscribers()) {
                    urls.add(subscriber.url());
                }
                expansion.onStep(step, urls);
            }
        }
    }

    private static boolean isTopic(String action) {
        return action.startsWith(SCHEME);
    }

    private static String name(String action) {
        return action.substring(SCHEME.length());
    }
}
