package io.assent.simulation;

import java.util.ArrayList;
import java.util.List;

/**
 * What outlives the process: records, in the order of their appending, of which the forced ones outlive a loss of power too. Every operation
 * may fail or be cut short by a crash.
 */
final class SimulatedDisk {
    /** A record; {@code torn} when only its first half was written. */
    record Entry(byte[] bytes, long timeMs, boolean torn) {}

    private final List<Entry> entries = new ArrayList<>();
    private final PlantedBug bug;
    private int forced;
    private long boot;

    SimulatedDisk(PlantedBug bug) {
        this.bug = bug;
    }

    /** A process opens it: the next boot number, and the torn tail is cut. */
    long open() {
        if (bug != PlantedBug.TORN_TAIL_KEPT) {
            truncate(readable());
        }
        if (bug != PlantedBug.BOOT_NUMBER_REUSED || boot == 0) {
            boot++;
        }
        return boot;
    }

    /** Records that a reader reaches: up to the first torn one. */
    int readable() {
        int count = 0;
        while (count < entries.size() && !entries.get(count).torn()) {
            count++;
        }
        return count;
    }

    /** Engine time of the last readable record. */
    long lastTimeMs() {
        int last = readable();
        return last == 0 ? 0 : entries.get(last - 1).timeMs();
    }

    Entry entry(long position) {
        return entries.get((int) position - 1);
    }

    void append(byte[] record, long timeMs) {
        entries.add(new Entry(record, timeMs, false));
    }

    void appendTorn(byte[] record, long timeMs) {
        entries.add(new Entry(record, timeMs, true));
    }

    /** Forces every record up to this position. */
    void force(long position) {
        forced = (int) Math.max(forced, Math.min(position, entries.size()));
    }

    /** The highest position that a loss of power leaves readable. */
    long forcedPosition() {
        return Math.min(forced, readable());
    }

    /** Of what was not forced, only the first records reach the platter, and of the next one perhaps a half. */
    void losePower(Chance chance) {
        int kept = forced + chance.below(entries.size() - forced + 1);
        Entry next = kept < entries.size() ? entries.get(kept) : null;
        truncate(kept);
        if (next != null && chance.oneIn(2)) {
            entries.add(new Entry(next.bytes(), next.timeMs(), true));
        }
    }

    private void truncate(int count) {
        while (entries.size() > count) {
            entries.remove(entries.size() - 1);
        }
        forced = Math.min(forced, count);
    }
}
