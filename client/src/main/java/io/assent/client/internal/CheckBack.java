package io.assent.client.internal;

/** What the sender of a message says about its local transaction. */
public enum CheckBack {
    /** It is committed. */
    COMMITTED,
    /** It never was and never will be. */
    ROLLED_BACK,
    /** Nothing definite; the coordinator asks again later. */
    UNKNOWN
}
