package io.assent.engine;

/** The five statuses of a transaction (PROTOCOL 6.1). Why it has the status, and what happens next, are fields, never more statuses. */
public enum TransactionStatus {
    /** Announced by the client, not decided yet. */
    PREPARED(1, "prepared", false),
    /** Decided to go forward. */
    SUBMITTED(2, "submitted", false),
    /** Decided to undo. */
    ABORTING(3, "aborting", false),
    /** All branches took effect. */
    SUCCEED(4, "succeed", true),
    /** Undone, or stopped by an operator. */
    FAILED(5, "failed", true);

    private static final TransactionStatus[] ALL = values();

    private final byte code;
    private final String wireName;
    private final boolean terminal;

    TransactionStatus(int code, String wireName, boolean terminal) {
        this.code = (byte) code;
        this.wireName = wireName;
        this.terminal = terminal;
    }

    public byte code() {
        return code;
    }

    public String wireName() {
        return wireName;
    }

    public boolean isTerminal() {
        return terminal;
    }

    /** The status with this wire name, or null when there is none. */
    public static TransactionStatus ofWireName(String name) {
        for (TransactionStatus status : ALL) {
            if (status.wireName.equals(name)) {
                return status;
            }
        }
        return null;
    }

    public static TransactionStatus ofCode(int code) {
        for (TransactionStatus status : ALL) {
            if (status.code == code) {
                return status;
            }
        }
        throw new IllegalArgumentException("no transaction status has code " + code);
    }
}
