package io.assent.engine;

/** Hears of failures of our own that stayed with one command or one transaction (SAFETY, Failures of our own). */
@FunctionalInterface
public interface FailureListener {

    /**
     * Deciding failed before its first event: the client was answered 500, or the transaction quarantined.
     *
     * @param gid the transaction, or "" when not known
     * @param command name of the command
     */
    void onContained(String gid, String command, Throwable failure);
}
