package io.assent.client;

/** The status of a global transaction. */
public enum TransactionStatus {
    /** Stored, nothing called yet. */
    PREPARED("prepared", false),
    /** Its branches are being called. */
    SUBMITTED("submitted", false),
    /** It is being undone. */
    ABORTING("aborting", false),
    /** Every branch took effect. */
    SUCCEED("succeed", true),
    /** Every branch that may have taken effect is undone. */
    FAILED("failed", true);

    private final String wireName;
    private final boolean terminal;

    TransactionStatus(final String wireName, final boolean terminal) {
        this.wireName = wireName;
        this.terminal = terminal;
    }

    /**
     * Tells the name on the wire.
     *
     * @return the lower-case name.
     */
    public String wireName() {
        return wireName;
    }

    /**
     * Tells whether the status is final.
     *
     * @return true for succeed and failed.
     */
    public boolean isTerminal() {
        return terminal;
    }

    static TransactionStatus of(final String wireName) {
        for (final TransactionStatus status : values()) {
            if (status.wireName.equals(wireName)) {
                return status;
            }
        }
        throw new io.assent.client.internal.JsonException(
                "transaction.status is '" + wireName + "', which is no known status");
    }
}
