package io.assent.simulation;

import java.util.List;

/**
 * Mistakes that the checker must find. Each is one switched line in what simulates the surroundings of the server's own code ({@link
 * Coordinator}, {@link DiskJournal}, {@link SimulatedDisk}); production code knows nothing of them.
 */
enum PlantedBug {
    /** As it should be. */
    NONE(""),
    /** Effects leave as soon as they are decided. */
    RELEASE_BEFORE_SYNC("durability"),
    /** A failed sync counts as done. */
    RELEASE_AFTER_FAILED_SYNC("durability"),
    /** A failed append counts as done. */
    FAILED_APPEND_IGNORED("durability, hash, one result, thrown"),
    /** Replay leaves one record out. */
    REPLAY_SKIPS_RECORD(
            "answer, back-off, hash, journal, message, no action once aborting, one result, one terminal decision, order, silence after the end, status, thrown, time, wait_result"),
    /** What replay read from the page cache is not forced before the process goes on. */
    REPLAYED_TAIL_NOT_FORCED("durability"),
    /** A start goes on in the last file, behind the half-written record at its end. */
    TORN_TAIL_KEPT("durability, hash, call number"),
    /** A start's file counts as soon as its header is there: what it replaces is dead before it was written again. */
    FILE_COUNTS_FROM_ITS_HEADER("durability"),
    /** A start says that its file counts, and then writes into it what it takes over. */
    ADOPTED_BEFORE_RECORDS("durability"),
    /** A start's mark says that its file counts and is forced, and then the file is forced. */
    MARK_BEFORE_FORCE("durability"),
    /** A start goes on in the file of one that died, behind what that one had written again. */
    UNBORN_FILE_TAKEN_OVER("durability"),
    /** What lets a file count was read from the page cache and is not forced before the next file counts. */
    COUNTING_FILE_NOT_FORCED("durability"),
    /** The reply of an ended call counts for the call that is open now. */
    OLD_REPLY_ACCEPTED("one open call, rollback reason, wait_result"),
    /** Timers that were set before the restart never fire. */
    TIMER_LOST_AT_RESTART("liveness"),
    /** After a restart nothing in doubt is called again. */
    RESUME_FORGOTTEN("liveness, call number"),
    /** Calls of an earlier process and of this one carry the same numbers. */
    BOOT_NUMBER_REUSED("call number"),
    /** Withdrawing ends calls that are on the wire too: compensations start while their action is open. */
    WITHDRAW_ENDS_WRITTEN_CALLS("one open call, wait_result"),
    /** A call goes out twice under one number. */
    CALL_SENT_TWICE("call number"),
    /** One answer goes out twice. */
    ANSWER_SENT_TWICE("one answer"),
    /** An answer goes to another client of the same batch. */
    ANSWER_TO_OTHER_CLIENT("answer, wait_result, liveness"),
    /** Effects of one batch leave last first. */
    RELEASE_IN_REVERSE("release order"),
    /** After a pause the clock ticks before the sockets are read. */
    TICK_BEFORE_REPLIES("replies before ticks"),
    /** One record is appended twice. */
    RECORD_APPENDED_TWICE("back-off, hash, journal, one result, one terminal decision, registration, status"),
    /** A command that finds the ring full is dropped without a word, replies included. */
    FULL_RING_DROPS("liveness"),
    /** The clock of a new process starts at the wall clock, although the journal has seen later times. */
    CLOCK_GOES_BACK("back-off, message, time, rollback reason"),
    /** Behind a silence the clock goes on from where it stood, a second at each look. */
    TIME_STANDS_STILL("time"),
    /** While the journal has no room, wake-ups that the drainer has planned for itself get lost. */
    ROOM_NOT_LOOKED_FOR("liveness"),
    /** Replay leaves registrations out. */
    REGISTRATION_LOST_AT_RESTART(
            "answer, hash, journal, order, progress is kept, registration, second phase, status, thrown, wait_result"),
    /** A registration that comes too late is refused and its client told the contrary. */
    LATE_REGISTRATION_ACCEPTED("answer"),
    /** An abort behind an accepted submit is refused and its client told the contrary. */
    LATE_ABORT_ACCEPTED("answer, wait_result"),
    /** A cancel goes out as a confirm. */
    CANCEL_BECOMES_CONFIRM("second phase"),
    /** The second phase of the first branch counts as done without a call. */
    SECOND_PHASE_SKIPPED("truth"),
    /** A record is shown without its last row. */
    PROGRESS_NOT_SHOWN("progress is kept");

    private final String rules;

    PlantedBug(String rules) {
        this.rules = rules;
    }

    /** The rules that it may break, by the names of docs/simulation.md. */
    List<String> rules() {
        return List.of(rules.split(", "));
    }
}
