package io.assent.engine;

/** The status of one branch operation, a row of a transaction (PROTOCOL 1). */
public enum BranchStatus {
    /** Not known to have ended; it may be open, waiting or not yet due. */
    PREPARED(1, "prepared"),
    SUCCEED(2, "succeed"),
    /** A definite refusal; only saga actions and workflow rows end so. */
    FAILED(3, "failed");

    private static final BranchStatus[] ALL = values();

    private final byte code;
    private final String wireName;

    BranchStatus(int code, String wireName) {
        this.code = (byte) code;
        this.wireName = wireName;
    }

    public byte code() {
        return code;
    }

    public String wireName() {
        return wireName;
    }

    public static BranchStatus ofCode(int code) {
        for (BranchStatus status : ALL) {
            if (status.code == code) {
                return status;
            }
        }
        throw new IllegalArgumentException("no branch status has code " + code);
    }
}
