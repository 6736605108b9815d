package io.assent.journal;

import io.assent.journal.JournalException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A journal in memory with a disk that can fail, for tests and simulation. Deterministic, one thread.
 *
 * <p>Faults are switched from outside: the next append or sync fails, room is refused, a sync takes until it is told to end. {@link #crash}
 * loses what was not synced, or a part of it, as the seed says; {@link #reopen} starts the next boot on what is left.
 */
public final class MemoryJournal implements Journal {

    private record Stored(long timeMs, byte[] body) {}

    private final List<Stored> records;
    private final long boot;
    private long durable;
    private long syncTarget = -1;
    private boolean slowSync;
    private boolean failNextAppend;
    private boolean failNextSync;
    private boolean refuseRoom;
    private boolean dead;

    public MemoryJournal() {
        this(new ArrayList<>(), 1);
    }

    private MemoryJournal(List<Stored> survivors, long boot) {
        this.records = survivors;
        this.boot = boot;
        this.durable = survivors.size();
    }

    /** The next append throws, as a disk error would make it. */
    public void failNextAppend() {
        failNextAppend = true;
    }

    /** The next sync throws; nothing becomes durable by it. */
    public void failNextSync() {
        failNextSync = true;
    }

    /** Whether there is room: false makes {@link #tryReserve} refuse. */
    public void room(boolean available) {
        refuseRoom = !available;
    }

    /** With slow syncs, {@link #sync} only starts one; {@link #finishSync} ends it. */
    public void slowSync(boolean slow) {
        slowSync = slow;
    }

    /** Whether a slow sync is under way. */
    public boolean isSyncing() {
        return syncTarget >= 0;
    }

    /** Ends the slow sync under way; returns the durable position. */
    public long finishSync() {
        if (syncTarget >= 0) {
            durable = Math.max(durable, syncTarget);
            syncTarget = -1;
        }
        return durable;
    }

    /** The process dies: of what was not durable, a part chosen by {@code random} survives, from the front. */
    public void crash(Random random) {
        dead = true;
        int unsynced = records.size() - (int) durable;
        int survivors = (int) durable + (unsynced == 0 ? 0 : random.nextInt(unsynced + 1));
        while (records.size() > survivors) {
            records.remove(records.size() - 1);
        }
    }

    /** The next boot on what is left: replays it, and holds it durable as recovery forces it. */
    public MemoryJournal reopen(RecordHandler replay) {
        if (!dead) {
            throw new IllegalStateException("expected a crashed or closed journal");
        }
        for (int i = 0; i < records.size(); i++) {
            byte[] body = records.get(i).body();
            replay.onRecord(i + 1L, records.get(i).timeMs(), new UnsafeBuffer(body), 0, body.length);
        }
        return new MemoryJournal(new ArrayList<>(records), boot + 1);
    }

    @Override
    public boolean tryReserve(int bytes) {
        return !refuseRoom;
    }

    @Override
    public void beginBatch() {
        // Batches leave no trace in memory.
    }

    @Override
    public long append(long timeMs, DirectBuffer body, int offset, int length) {
        requireAlive();
        if (length > RecordLayout.BODY_BYTES_MAX) {
            throw new JournalException(
                    Reason.TOO_LARGE,
                    "a record has " + length + " bytes, at most " + RecordLayout.BODY_BYTES_MAX + " are allowed");
        }
        if (failNextAppend) {
            failNextAppend = false;
            throw new JournalException(Reason.IO, "append of position " + (records.size() + 1) + " failed: planted");
        }
        byte[] copy = new byte[length];
        body.getBytes(offset, copy);
        records.add(new Stored(timeMs, copy));
        return records.size();
    }

    @Override
    public long sync() {
        requireAlive();
        if (failNextSync) {
            failNextSync = false;
            throw new JournalException(Reason.IO, "could not make position " + records.size() + " durable: planted");
        }
        if (slowSync) {
            syncTarget = Math.max(syncTarget, records.size());
        } else {
            durable = records.size();
        }
        return durable;
    }

    @Override
    public long appendedPosition() {
        return records.size();
    }

    @Override
    public long durablePosition() {
        return durable;
    }

    @Override
    public long boot() {
        return boot;
    }

    @Override
    public void close() {
        if (!dead) {
            durable = records.size();
            dead = true;
        }
    }

    private void requireAlive() {
        if (dead) {
            throw new IllegalStateException("the journal's process is dead");
        }
    }
}
