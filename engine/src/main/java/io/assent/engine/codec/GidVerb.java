package io.assent.engine.codec;

/** What a {@code GidCommand} asks. Codes travel in commands. */
enum GidVerb {
    QUERY(1, "query"),
    FORCE_STOP(2, "forceStop"),
    RESET_NEXT_CRON_TIME(3, "resetNextCronTime"),
    RELEASE_QUARANTINED(4, "releaseQuarantined"),
    ROUND_EXPIRED(5, "roundExpired"),
    WAITER_GONE(6, "waiterGone");

    private static final GidVerb[] ALL = values();

    private final byte code;
    private final String text;

    GidVerb(int code, String text) {
        this.code = (byte) code;
        this.text = text;
    }

    byte code() {
        return code;
    }

    String text() {
        return text;
    }

    static GidVerb ofCode(int code) {
        for (GidVerb verb : ALL) {
            if (verb.code == code) {
                return verb;
            }
        }
        throw new IllegalArgumentException("no gid command has code " + code);
    }
}
