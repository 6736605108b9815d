package io.assent.server.sequencer;

/** Ends the process at once, without hooks. Tests put an exception in its place. */
@FunctionalInterface
public interface Halt {

    /** Does not return normally. */
    void halt(String why, Throwable cause);
}
