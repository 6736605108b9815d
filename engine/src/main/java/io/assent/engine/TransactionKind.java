package io.assent.engine;

/** The transaction modes by their wire name. Codes are stored; they are never reused. */
public enum TransactionKind {
    /** Forward actions, compensated backwards when one of them fails. */
    SAGA(1, "saga"),
    /** Two-phase message: prepared, decided by a check-back, then delivered until it succeeds; never rolls back. */
    MSG(2, "msg"),
    /** Try by the client, confirm or cancel by the coordinator. */
    TCC(3, "tcc"),
    /** Phase two of XA branches. */
    XA(4, "xa"),
    /** Steps driven by the client's code, recovered by calling it back. */
    WORKFLOW(5, "workflow");

    private static final TransactionKind[] ALL = values();

    private final byte code;
    private final String wireName;

    TransactionKind(int code, String wireName) {
        this.code = (byte) code;
        this.wireName = wireName;
    }

    public byte code() {
        return code;
    }

    /** The text of {@code trans_type} in requests and records (PROTOCOL 1). */
    public String wireName() {
        return wireName;
    }

    /** The kind with this wire name (exact case), or null when there is none. */
    public static TransactionKind ofWireName(String name) {
        for (TransactionKind kind : ALL) {
            if (kind.wireName.equals(name)) {
                return kind;
            }
        }
        return null;
    }

    public static TransactionKind ofCode(int code) {
        for (TransactionKind kind : ALL) {
            if (kind.code == code) {
                return kind;
            }
        }
        throw new IllegalArgumentException("no transaction kind has code " + code);
    }
}
