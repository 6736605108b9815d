package io.assent.engine;

/**
 * The bound outside the engine that is reached at the moment, stamped on each command by the host. The engine refuses only commands that
 * would create a gid; work in hand goes on (SAFETY, Bounds).
 */
public enum Pressure {
    NONE(0, ""),
    /** The journal's disk is below its free-space mark. */
    DISK(1, "the journal's free disk space"),
    /** The server was told to stop. */
    DRAINING(2, "the server is stopping"),
    /** A follower of the journal is too far behind. */
    FOLLOWER_LAG(3, "the follower's lag");

    private static final Pressure[] ALL = values();

    private final byte code;
    private final String boundName;

    Pressure(int code, String boundName) {
        this.code = (byte) code;
        this.boundName = boundName;
    }

    public byte code() {
        return code;
    }

    /** How the bound is named to a refused client. */
    public String boundName() {
        return boundName;
    }

    public static Pressure ofCode(int code) {
        return ALL[code];
    }
}
