package io.assent.simulation;

/**
 * Mistakes that the checker must find. Each is one switched line in the simulated host of the engine ({@link Coordinator}), its disk or its
 * dispatcher; production code knows nothing of them.
 */
enum PlantedBug {
    /** As it should be. */
    NONE,
    /** Effects leave as soon as they are decided. */
    RELEASE_BEFORE_SYNC,
    /** A failed sync counts as done. */
    RELEASE_AFTER_FAILED_SYNC,
    /** A failed append counts as done. */
    FAILED_APPEND_IGNORED,
    /** Replay leaves one record out. */
    REPLAY_SKIPS_RECORD,
    /** What replay read from the page cache is not forced before the process goes on. */
    REPLAYED_TAIL_NOT_FORCED,
    /** A half-written record at the end stays, and new records are appended behind it. */
    TORN_TAIL_KEPT,
    /** The reply of an ended call counts for the call that is open now. */
    OLD_REPLY_ACCEPTED,
    /** Timers that were set before the restart never fire. */
    TIMER_LOST_AT_RESTART,
    /** After a restart nothing in doubt is called again. */
    RESUME_FORGOTTEN,
    /** Calls of an earlier process and of this one carry the same numbers. */
    BOOT_NUMBER_REUSED,
    /** Withdrawing ends calls that are on the wire too: compensations start while their action is open. */
    WITHDRAW_ENDS_WRITTEN_CALLS,
    /** A call goes out twice under one number. */
    CALL_SENT_TWICE,
    /** One answer goes out twice. */
    ANSWER_SENT_TWICE,
    /** An answer goes to another client of the same batch. */
    ANSWER_TO_OTHER_CLIENT,
    /** Effects of one batch leave last first. */
    RELEASE_IN_REVERSE,
    /** After a pause the clock ticks before the sockets are read. */
    TICK_BEFORE_REPLIES,
    /** One record is appended twice. */
    RECORD_APPENDED_TWICE,
    /** A command that finds the ring full is dropped without a word, replies included. */
    FULL_RING_DROPS,
    /** The clock of a new process starts at the wall clock, although the journal has seen later times. */
    CLOCK_GOES_BACK
}
