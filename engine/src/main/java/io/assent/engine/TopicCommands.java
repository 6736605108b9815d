package io.assent.engine;

import java.util.ArrayList;
import java.util.List;

/** Decides what is asked of topics (PROTOCOL 8). Errors carry DTM's texts. */
final class TopicCommands {
    private final Turn turn;
    private final Transactions state;
    private final Events events;

    TopicCommands(Turn turn, Transactions state, Events events) {
        this.turn = turn;
        this.state = state;
        this.events = events;
    }

    boolean subscribe(Request request, String topicName, String url, String remark) {
        Rejection rejection = subscription(topicName, url);
        rejection = rejection != null ? rejection : topicBoundReached(topicName, url, remark);
        if (rejection != null) {
            return turn.refuse(request, rejection, null);
        }
        turn.caused(request);
        events.topicSubscribed(turn.now, topicName, url, remark);
        return turn.answer(request, Answer.SUCCESS);
    }

    private Rejection topicBoundReached(String topicName, String url, String remark) {
        Topic topic = state.topics().get(topicName);
        if (topic != null && topic.hasSubscriber(url)) {
            return Rejection.error("url.exists", "this url exists");
        }
        if (topicName.length() > Limits.TOPIC_CHARS_MAX) {
            return tooMany("topic", Limits.TOPIC_CHARS_MAX, "characters");
        }
        if (url.length() > Limits.URL_CHARS_MAX) {
            return tooMany("url", Limits.URL_CHARS_MAX, "characters");
        }
        if (remark.length() > Limits.REMARK_CHARS_MAX) {
            return tooMany("remark", Limits.REMARK_CHARS_MAX, "characters");
        }
        if (topic == null && state.topics().count() >= Limits.TOPICS_MAX) {
            return tooMany("topics", Limits.TOPICS_MAX, "topics");
        }
        if (topic != null && topic.subscribers().size() >= Limits.SUBSCRIBERS_PER_TOPIC_MAX) {
            return tooMany("topic " + topicName, Limits.SUBSCRIBERS_PER_TOPIC_MAX, "subscribers");
        }
        if (state.topics().subscriptions() >= Limits.SUBSCRIPTIONS_MAX) {
            return tooMany("topics together", Limits.SUBSCRIPTIONS_MAX, "subscribers");
        }
        return null;
    }

    private static Rejection tooMany(String field, int max, String unit) {
        return Rejection.error("topics.limit", field + ": at most " + max + " " + unit + " are allowed");
    }

    private static Rejection subscription(String topicName, String url) {
        if (topicName.isEmpty()) {
            return Rejection.error("topic.empty", "empty topic");
        }
        return url.isEmpty() ? Rejection.error("url.empty", "empty url") : null;
    }

    boolean unsubscribe(Request request, String topicName, String url) {
        Rejection rejection = subscription(topicName, url);
        Topic topic = state.topics().get(topicName);
        if (rejection == null && topic == null) {
            rejection = Rejection.error("topic.unknown", "no such a topic");
        } else if (rejection == null && topic.subscribers().isEmpty()) {
            rejection = Rejection.error("topic.subscribers", "this topic is empty");
        } else if (rejection == null && !topic.hasSubscriber(url)) {
            rejection = Rejection.error("url.unknown", "no such an url ");
        }
        if (rejection != null) {
            return turn.refuse(request, rejection, null);
        }
        turn.caused(request);
        events.topicUnsubscribed(turn.now, topicName, url);
        return turn.answer(request, Answer.SUCCESS);
    }

    boolean deleteTopic(Request request, String topicName) {
        if (state.topics().get(topicName) == null) {
            return turn.refuse(request, Rejection.error("topic.unknown", "storage: NotFound"), null);
        }
        turn.caused(request);
        turn.observer.administered("deletion of topic " + topicName, "", request);
        events.topicDeleted(turn.now, topicName);
        return turn.answer(request, Answer.SUCCESS);
    }

    boolean topic(long requestId, String name) {
        Topic topic = state.topics().get(name);
        turn.effects.topics(requestId, new TopicPage(topic == null ? List.of() : List.of(topic), ""));
        return true;
    }

    boolean topics(long requestId, String after, int limit) {
        List<Topic> page = new ArrayList<>();
        long bytes = 0;
        String next = "";
        for (Topic topic : state.topics().after(after).values()) {
            if (page.size() == limit || bytes >= Limits.PAGE_BYTES_MAX) {
                next = page.get(page.size() - 1).name();
                break;
            }
            page.add(topic);
            bytes += topic.retainedBytes();
        }
        turn.effects.topics(requestId, new TopicPage(page, next));
        return true;
    }
}
