package io.assent.engine;

import java.util.Arrays;

/**
 * Whether a request that names a known gid says what is stored (PROTOCOL 13.51). A repeat is welcome; another content under a used gid would
 * be answered and dropped, so it is refused. Content is the type, steps, payloads, {@code custom_data} and {@code query_prepared}; texts
 * are compared as they were given, and the other options do not count.
 */
final class GivenContent {

    private GivenContent() {}

    /** What differs from the stored transaction in a prepare, or null. A prepare says everything. */
    static String differenceOfPrepare(Submission stored, Submission given) {
        if (!stored.kind().equals(given.kind())) {
            return "trans_type";
        }
        if (!sameSteps(stored, given)) {
            return "steps";
        }
        if (!stored.options().queryPrepared().equals(given.options().queryPrepared())) {
            return "query_prepared";
        }
        return sameCustomData(stored.options(), given.options()) ? null : "custom_data";
    }

    /**
     * What differs in a submit of the stored type, or null. What a submit leaves out is no difference, and what the prepare left out may
     * be added by the submit that follows it.
     *
     * @param prepared whether the transaction still waits for its submit
     */
    static String differenceOfSubmit(Submission stored, Submission given, boolean prepared) {
        if (given.stepCount() > 0 && !sameSteps(stored, given)) {
            return "steps";
        }
        String query = stored.options().queryPrepared();
        if (isOther(query, given.options().queryPrepared()) && !(prepared && query.isEmpty())) {
            return "query_prepared";
        }
        String customData = stored.options().customData();
        if (given.options().customData().isEmpty() || prepared && customData.isEmpty()) {
            return null;
        }
        return sameCustomData(stored.options(), given.options()) ? null : "custom_data";
    }

    private static boolean isOther(String stored, String given) {
        return !given.isEmpty() && !given.equals(stored);
    }

    /**
     * A delay is an option, though it stands in the custom_data, and SDKs write it there for the submit only. The check-back may have
     * submitted the message before its sender does.
     */
    private static boolean sameCustomData(Options stored, Options given) {
        return given.delayS() > 0 || given.customData().equals(stored.customData());
    }

    /** By what they say, and not by their bytes: the form of these grows with the versions. */
    private static boolean sameSteps(Submission stored, Submission given) {
        if (Arrays.equals(stored.stepsBytes(), given.stepsBytes())) {
            return true;
        }
        if (stored.stepCount() != given.stepCount()) {
            return false;
        }
        for (int step = 0; step < stored.stepCount(); step++) {
            if (!stored.action(step).equals(given.action(step))
                    || !stored.compensate(step).equals(given.compensate(step))
                    || !samePayload(stored, given, step)) {
                return false;
            }
        }
        return true;
    }

    private static boolean samePayload(Submission stored, Submission given, int step) {
        int from = stored.payloadOffset(step);
        int givenFrom = given.payloadOffset(step);
        return Arrays.equals(
                stored.payloadArray(),
                from,
                from + stored.payloadLength(step),
                given.payloadArray(),
                givenFrom,
                givenFrom + given.payloadLength(step));
    }
}
