package io.assent.engine;

import java.util.List;

/**
 * A transaction mode by its stored code and its wire name. The five of the protocol are constants; a further mode brings its own. Codes are
 * stored and never reused; kinds are equal when their codes are.
 */
public final class TransactionKind {
    /** Codes are stored in a byte. */
    public static final int CODE_MAX = Byte.MAX_VALUE;

    /** Forward actions, compensated backwards when one of them fails. */
    public static final TransactionKind SAGA = new TransactionKind(1, "saga");
    /** Two-phase message: prepared, decided by a check-back, then delivered until it succeeds; never rolls back. */
    public static final TransactionKind MSG = new TransactionKind(2, "msg");
    /** Try by the client, confirm or cancel by the coordinator. */
    public static final TransactionKind TCC = new TransactionKind(3, "tcc");
    /** Phase two of XA branches. */
    public static final TransactionKind XA = new TransactionKind(4, "xa");
    /** Steps driven by the client's code, recovered by calling it back. */
    public static final TransactionKind WORKFLOW = new TransactionKind(5, "workflow");

    private static final List<TransactionKind> STANDARD = List.of(SAGA, MSG, TCC, XA, WORKFLOW);

    private final int code;
    private final String wireName;

    /**
     * The kind of a further mode.
     *
     * @param code 1 to {@link #CODE_MAX}, not one of the standard codes unless the same kind is meant
     */
    public TransactionKind(int code, String wireName) {
        if (code < 1 || code > CODE_MAX) {
            throw new IllegalArgumentException(
                    "the code of a transaction kind must be between 1 and " + CODE_MAX + ", found " + code);
        }
        this.code = code;
        this.wireName = wireName;
    }

    /** The kinds of the protocol. */
    public static List<TransactionKind> standard() {
        return STANDARD;
    }

    public byte code() {
        return (byte) code;
    }

    /** The text of {@code trans_type} in requests and records (PROTOCOL 1). */
    public String wireName() {
        return wireName;
    }

    /** The standard kind with this wire name (exact case), or null when there is none. */
    public static TransactionKind ofWireName(String name) {
        for (TransactionKind kind : STANDARD) {
            if (kind.wireName.equals(name)) {
                return kind;
            }
        }
        return null;
    }

    /** The kind with this stored code; one that is not standard is named by its code until its mode names it. */
    public static TransactionKind ofCode(int code) {
        if (code >= 1 && code <= STANDARD.size()) {
            return STANDARD.get(code - 1);
        }
        return new TransactionKind(code, "kind " + code);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TransactionKind kind && kind.code == code;
    }

    @Override
    public int hashCode() {
        return code;
    }

    @Override
    public String toString() {
        return wireName;
    }
}
