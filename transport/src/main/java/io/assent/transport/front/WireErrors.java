package io.assent.transport.front;

/**
 * Which errors DTM returns and which it raises. It shows where a protocol tells them apart: a raised one has the result null in JSON-RPC and
 * the code INTERNAL in gRPC (PROTOCOL 3, 4).
 */
public final class WireErrors {
    private static final String[] RETURNED = {
        "branch.", "registration.", "topic.", "topics.", "url.", "steps.topic", "round.", "quarantine."
    };

    private WireErrors() {}

    /** By the stable code of an error that is neither a FAILURE nor a bound. */
    public static boolean isRaised(String code) {
        for (String returned : RETURNED) {
            if (code.startsWith(returned)) {
                return false;
            }
        }
        return true;
    }
}
