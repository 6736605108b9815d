package io.assent.simulation;

import io.assent.journal.Journal;
import io.assent.journal.JournalException;
import org.agrona.DirectBuffer;

/**
 * The journal of one process on the simulated disk. Appends and syncs may fail, a sync may take its time while appending goes on, room may be
 * short; the process may die within each of them.
 */
final class DiskJournal implements Journal {
    private final Simulation world;
    private final Coordinator process;
    private final SimulatedDisk disk;
    private final PlantedBug bug;
    private final long boot;
    private long appended;
    private long durable;
    private boolean syncing;
    private long roomAgainMs;

    DiskJournal(Simulation world, Coordinator process, SimulatedDisk disk, PlantedBug bug, long boot, long recovered) {
        this.world = world;
        this.process = process;
        this.disk = disk;
        this.bug = bug;
        this.boot = boot;
        this.appended = recovered;
        this.durable = recovered;
    }

    @Override
    public boolean tryReserve(int bytes) {
        if (hasRoom() && world.chance.percent(world.scenario.noRoomPercent)) {
            int stretchMs = world.chance.below(world.chance.oneOf(50, 2_000, 20_000));
            roomAgainMs = world.time.nowMs() + stretchMs;
            // Nobody hears when another process frees space.
            if (world.chance.oneIn(2)) {
                world.later(process, stretchMs, process::drainAgain);
            }
        }
        return hasRoom();
    }

    boolean hasRoom() {
        return world.calm || world.time.nowMs() >= roomAgainMs;
    }

    @Override
    public void beginBatch() {
        world.mayCrash("before a batch");
    }

    @Override
    public long append(long timeMs, DirectBuffer body, int offset, int length) {
        byte[] record = new byte[length];
        body.getBytes(offset, record);
        store(record, timeMs);
        if (bug == PlantedBug.RECORD_APPENDED_TWICE && world.chance.oneIn(20)) {
            store(record, timeMs);
        }
        world.mayCrash("appended");
        return appended;
    }

    private void store(byte[] record, long timeMs) {
        if (world.crashesNow()) {
            disk.appendTorn(record, timeMs);
            throw new Crash("while appending");
        }
        boolean fails = !world.calm && world.chance.below(1_000) < world.scenario.failedAppendPerMille;
        if (fails && bug != PlantedBug.FAILED_APPEND_IGNORED) {
            throw new JournalException(JournalException.Reason.IO, "the append failed");
        }
        appended++;
        if (!fails) {
            disk.append(record, timeMs);
        }
        world.checker.appended(appended, record, timeMs);
    }

    @Override
    public long sync() {
        if (!syncing) {
            syncing = true;
            long target = appended;
            if (world.scenario.syncsInline) {
                syncEnded(target);
            } else {
                world.later(process, delayMs(), () -> {
                    syncEnded(target);
                    process.drainAgain();
                });
            }
        }
        return durablePosition();
    }

    private int delayMs() {
        boolean slow = !world.calm && world.chance.percent(world.scenario.slowSyncPercent);
        return world.chance.below(slow ? 4_000 : 5);
    }

    private void syncEnded(long target) {
        world.mayCrash("syncing");
        boolean fails = !world.calm && world.chance.below(1_000) < world.scenario.failedSyncPerMille;
        if (fails && bug != PlantedBug.RELEASE_AFTER_FAILED_SYNC) {
            throw new Crash("sync failed");
        }
        if (!fails) {
            disk.force(target);
        }
        durable = target;
        syncing = false;
        world.trace(() -> "durable up to " + target);
        world.mayCrash("synced");
    }

    @Override
    public long appendedPosition() {
        return appended;
    }

    @Override
    public long durablePosition() {
        return bug == PlantedBug.RELEASE_BEFORE_SYNC ? appended : durable;
    }

    @Override
    public long boot() {
        return boot;
    }

    @Override
    public void close() {
        throw new IllegalStateException("a simulated process ends by a crash");
    }
}
