package io.assent.engine;

/** How a branch call ended, as far as anybody knows (PROTOCOL 1 and 5). */
public enum Outcome {
    /** The participant did it. */
    SUCCESS(1),
    /** The participant refuses for good. */
    FAILURE(2),
    /** The participant is still at work; ask again after the same interval. */
    ONGOING(3),
    /** Nobody knows: a time-out, a broken connection, any other answer. Ask again, with back-off. */
    UNKNOWN(4),
    /** The request was never written, because the call was withdrawn while it waited for its destination. No attempt. */
    WITHDRAWN(5);

    private static final Outcome[] ALL = values();

    private final byte code;

    Outcome(int code) {
        this.code = (byte) code;
    }

    public byte code() {
        return code;
    }

    public static Outcome ofCode(int code) {
        for (Outcome outcome : ALL) {
            if (outcome.code == code) {
                return outcome;
            }
        }
        throw new IllegalArgumentException("no outcome has code " + code);
    }
}
