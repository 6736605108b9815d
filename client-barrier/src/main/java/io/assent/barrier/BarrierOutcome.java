package io.assent.barrier;

/** What a barrier found. In each case the branch call succeeded and the coordinator is answered so. */
public enum BarrierOutcome {
    /** The work ran and is committed. */
    DONE,
    /** The work had run before, or its undoing has come first and forbids it; nothing ran. */
    REPEATED,
    /** What was to be undone has never run and now never will; nothing ran. */
    NOTHING_TO_UNDO
}
