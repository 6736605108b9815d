package io.assent.engine;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** placeholder until the engine is in: see the contract in the brief. */
public final class StateMachine {
    /** Applies one record of the journal: its events, through the same door as live ones. */
    public void replay(long position, DirectBuffer record, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    /**
     * Decides one encoded command, applies its events, and hands its effects over.
     *
     * @param position the journal position that the record gets if there are events
     * @param nowMs engine time; never smaller than before
     * @param events the events are written from index 0; the buffer must be expandable
     * @return bytes of events, 0 when nothing happened and nothing is to be appended
     */
    public int decide(
            long position,
            long nowMs,
            Pressure pressure,
            DirectBuffer command,
            int offset,
            int length,
            MutableDirectBuffer events,
            Effects effects) {
        throw new UnsupportedOperationException();
    }

    /** The earliest time at which something is due, {@link Long#MAX_VALUE} for never. */
    public long nextDeadlineMs() {
        throw new UnsupportedOperationException();
    }

    /** The same for one transaction; {@link Long#MAX_VALUE} also when it is unknown. */
    public long nextDeadlineMs(String gid) {
        throw new UnsupportedOperationException();
    }

    /** Whether an earlier command left work for {@link Commands#continueWork}. */
    public boolean hasWork() {
        throw new UnsupportedOperationException();
    }

    /** Calls that were handed out and have not ended. */
    public int openCallCount() {
        throw new UnsupportedOperationException();
    }

    /** Time of the last event, epoch milliseconds; 0 when there was none. */
    public long lastEventTimeMs() {
        throw new UnsupportedOperationException();
    }
}
