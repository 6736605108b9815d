package io.assent.barrier;

/** What the sender of a message answers when the coordinator asks whether its local transaction is committed (PROTOCOL 5.5, 12.7). */
public enum MessageState {
    /** It is committed: answer 200, the message goes out. */
    COMMITTED,
    /** It never was committed, and the barrier sees to it that it never will be: answer 409, the message is dropped. */
    ROLLED_BACK
}
