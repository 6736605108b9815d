package io.assent.simulation;

import io.assent.journal.Journal;
import io.assent.journal.JournalException;
import io.assent.simulation.SimulatedDisk.Entry;
import io.assent.simulation.SimulatedDisk.Recovered;
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
    private boolean batchBegins;
    private boolean syncing;
    private long roomAgainMs;

    private DiskJournal(
            Simulation world, Coordinator process, SimulatedDisk disk, PlantedBug bug, long boot, long recovered) {
        this.world = world;
        this.process = process;
        this.disk = disk;
        this.bug = bug;
        this.boot = boot;
        this.appended = recovered;
        this.durable = recovered;
    }

    /** What a start does behind its reading, step by step (docs/journal-format.md, "Writing"); the process may die at each of them. */
    static DiskJournal start(
            Simulation world, Coordinator process, SimulatedDisk disk, PlantedBug bug, Recovered recovered) {
        long boot = bug == PlantedBug.BOOT_NUMBER_REUSED ? 1 : recovered.lastBoot() + 1;
        DiskJournal journal = new DiskJournal(world, process, disk, bug, boot, recovered.lastPosition());
        boolean goesOn = bug == PlantedBug.TORN_TAIL_KEPT && !disk.isEmpty();
        if (!goesOn) {
            journal.newFile(recovered);
        }
        if (bug != PlantedBug.REPLAYED_TAIL_NOT_FORCED) {
            disk.force();
        }
        world.mayCrash("forced what says that the file counts");
        disk.writeMark(recovered.lastPosition());
        world.mayCrash("wrote the mark");
        disk.forceMark();
        world.mayCrash("forced the mark");
        return journal;
    }

    private void newFile(Recovered recovered) {
        if (bug != PlantedBug.COUNTING_FILE_NOT_FORCED) {
            disk.forceCounting();
        }
        world.mayCrash("forced the last file that counts");
        boolean takesOver = bug == PlantedBug.UNBORN_FILE_TAKEN_OVER && !disk.isEmpty() && !disk.lastCounts();
        if (!takesOver) {
            disk.removeUnborn();
            world.mayCrash("removed what is unborn");
            disk.create();
        }
        world.mayCrash("created a file");
        write(Entry.header(boot, recovered.durableUpTo()));
        world.mayCrash("wrote its header");
        if (bug == PlantedBug.ADOPTED_BEFORE_RECORDS) {
            write(Entry.adopted(recovered.durableUpTo()));
            world.mayCrash("wrote that the file counts");
        }
        for (long position = recovered.durableUpTo() + 1; position <= recovered.lastPosition(); position++) {
            Entry record = recovered.records().get((int) position - 1);
            write(Entry.data(position, record.bytes(), record.timeMs(), recovered.durableUpTo()));
            world.mayCrash("wrote record " + position + " again");
        }
        if (bug == PlantedBug.MARK_BEFORE_FORCE) {
            write(Entry.adopted(recovered.lastPosition()));
            disk.writeMark(recovered.lastPosition());
            disk.forceMark();
            world.mayCrash("wrote the mark too early");
        } else if (bug != PlantedBug.ADOPTED_BEFORE_RECORDS) {
            if (bug != PlantedBug.REPLAYED_TAIL_NOT_FORCED) {
                disk.force();
            }
            world.mayCrash("forced what was written again");
            write(Entry.adopted(recovered.lastPosition()));
            world.mayCrash("wrote that the file counts");
        }
    }

    /** Writes whole, or dies with half of it written. */
    private void write(Entry entry) {
        if (world.crashesNow()) {
            disk.append(entry.half());
            throw new Crash("while writing " + entry.kind());
        }
        disk.append(entry);
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
        batchBegins = true;
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
        Entry entry = Entry.data(appended + 1, record, timeMs, batchBegins ? durable : 0);
        if (world.crashesNow()) {
            disk.append(entry.half());
            throw new Crash("while appending");
        }
        boolean fails = !world.calm && world.chance.below(1_000) < world.scenario.failedAppendPerMille;
        if (fails && bug != PlantedBug.FAILED_APPEND_IGNORED) {
            throw new JournalException(JournalException.Reason.IO, "the append failed");
        }
        appended++;
        if (!fails) {
            disk.append(entry);
            batchBegins = false;
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
        keepMark();
    }

    /** The mark follows now and then. */
    private void keepMark() {
        if (world.chance.oneIn(4)) {
            disk.writeMark(durable);
            if (world.chance.oneIn(2)) {
                disk.forceMark();
            }
        }
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
