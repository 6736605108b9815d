package io.assent.barrier;

/**
 * The local transaction of a message has been decided before: it ran already, or a check-back has forbidden it. The local transaction is rolled back;
 * whether the message goes out is what {@link Barrier#queryPrepared} says.
 */
public final class DuplicateMessage extends RuntimeException {
    private static final long serialVersionUID = 1;

    DuplicateMessage(String gid) {
        super("the local transaction of message '" + gid + "' has been decided before");
    }
}
