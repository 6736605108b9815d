package io.assent.server;

import io.assent.engine.StateMachine;
import io.assent.server.sequencer.EngineClock;

/** What the drainer knows of the engine, as of its last drain. Written by the drainer's thread, read by any. */
final class EngineFigures {
    private final StateMachine machine;
    private final EngineClock clock;
    private volatile long liveTransactions;
    private volatile long liveBytes;
    private volatile long finishedTransactions;
    private volatile long staleReplies;
    private volatile long clockOffsetMs;

    EngineFigures(StateMachine machine, EngineClock clock) {
        this.machine = machine;
        this.clock = clock;
        publish();
    }

    /** The drainer's thread, or the one that starts it. */
    void publish() {
        liveTransactions = machine.liveTransactions();
        liveBytes = machine.liveBytes();
        finishedTransactions = machine.finishedTransactions();
        staleReplies = machine.staleReplies();
        clockOffsetMs = clock.offsetMs();
    }

    long liveTransactions() {
        return liveTransactions;
    }

    long liveBytes() {
        return liveBytes;
    }

    long finishedTransactions() {
        return finishedTransactions;
    }

    long staleReplies() {
        return staleReplies;
    }

    long clockOffsetMs() {
        return clockOffsetMs;
    }
}
