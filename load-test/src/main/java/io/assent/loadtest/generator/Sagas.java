package io.assent.loadtest.generator;

import io.assent.loadtest.net.Protocol;
import java.util.List;

/**
 * The sagas of a load: all alike but for their gid.
 *
 * @param protocol how they are submitted and called.
 * @param host the coordinator's host.
 * @param port its port for this protocol.
 * @param actions the URL of each step's action; its compensation has {@code Compensate} behind it.
 * @param waiting whether a submit waits for the result.
 */
public record Sagas(Protocol protocol, String host, int port, List<String> actions, boolean waiting) {

    /** The path of submit in the DTM protocol. */
    public static final String SUBMIT = "/api/dtmsvr/submit";

    /** What each branch is sent. */
    public static final String PAYLOAD = "{\"amount\":30}";

    /** The end of the last action's URL, by which a participant counts completed sagas. */
    public static final String LAST_BRANCH = "/TransIn";

    /** Checks that there is something to call. */
    public Sagas {
        if (actions.isEmpty()) {
            throw new IllegalArgumentException("actions must name at least one URL");
        }
        actions = List.copyOf(actions);
    }

    /**
     * Makes the two-branch saga that everything is measured with.
     *
     * @param protocol how it is submitted and called.
     * @param host the coordinator's host.
     * @param port its port for this protocol.
     * @param participant the participant's URL without a path or method.
     * @param waiting whether a submit waits for the result.
     * @return the sagas.
     */
    public static Sagas ofTwoBranches(
            final Protocol protocol,
            final String host,
            final int port,
            final String participant,
            final boolean waiting) {
        final String at = protocol == Protocol.GRPC ? participant + "/busi.Busi" : participant;
        return new Sagas(protocol, host, port, List.of(at + "/TransOut", at + LAST_BRANCH), waiting);
    }

    /** The steps as JSON. */
    String steps() {
        final StringBuilder steps = new StringBuilder("[");
        for (final String action : actions) {
            steps.append(steps.length() == 1 ? "" : ",")
                    .append("{\"action\":\"")
                    .append(action)
                    .append("\",\"compensate\":\"")
                    .append(action)
                    .append("Compensate\"}");
        }
        return steps.append(']').toString();
    }
}
