package io.assent.simulation;

import java.util.ArrayList;
import java.util.List;

/**
 * What outlives the process: the files of the journal, one per start, and the mark beside them (docs/journal-format.md). A death of the process leaves
 * whatever was written, a loss of power only what was forced, and of the rest what chance decides.
 */
final class SimulatedDisk {
    /** What a document of a file is. */
    enum Kind {
        /** The first one: records of earlier files above its position are dead, once this file counts. */
        HEADER,
        DATA,
        /** From here on the file counts: everything up to its position is there and was forced. */
        ADOPTED
    }

    /**
     * A document.
     *
     * @param durableUpTo the highest position that its writer knew to be forced
     * @param number of a header, the boot number
     * @param torn only its first half was written, or a page of it was lost
     */
    record Entry(Kind kind, long position, byte[] bytes, long timeMs, long durableUpTo, long number, boolean torn) {
        static Entry header(long boot, long continuesAfter) {
            return new Entry(Kind.HEADER, continuesAfter, new byte[0], 0, 0, boot, false);
        }

        static Entry data(long position, byte[] bytes, long timeMs, long durableUpTo) {
            return new Entry(Kind.DATA, position, bytes, timeMs, durableUpTo, 0, false);
        }

        static Entry adopted(long position) {
            return new Entry(Kind.ADOPTED, position, new byte[0], 0, position, 0, false);
        }

        Entry half() {
            return new Entry(kind, position, bytes, timeMs, durableUpTo, number, true);
        }
    }

    /**
     * What a start reads.
     *
     * @param records in the order of their positions, from 1 on
     * @param durableUpTo the highest position that something calls forced; what is above it may live in the page cache alone
     * @param lastBoot the number of the start that the last file is of, 0 for none
     */
    record Recovered(List<Entry> records, long durableUpTo, long lastBoot) {
        long lastPosition() {
            return records.size();
        }

        long lastTimeMs() {
            return records.isEmpty() ? 0 : records.get(records.size() - 1).timeMs();
        }
    }

    /** A file; the first {@code forced} of its entries outlive a loss of power. */
    private static final class CycleFile {
        final int cycle;
        final List<Entry> entries = new ArrayList<>();
        int forced;

        CycleFile(int cycle) {
            this.cycle = cycle;
        }

        List<Entry> seen(boolean forcedOnly) {
            return forcedOnly ? entries.subList(0, forced) : entries;
        }
    }

    /** This file and every one before it counts, and everything up to this position was forced. */
    private record Mark(int cycle, long durable) {}

    private final List<CycleFile> files = new ArrayList<>();
    private final PlantedBug bug;
    private Mark mark = new Mark(-1, 0);
    private Mark forcedMark = mark;

    SimulatedDisk(PlantedBug bug) {
        this.bug = bug;
    }

    // ---------------------------------------------------------------- reading

    /** What a start reads now. Nothing but deaths and losses of power happens to this disk: a start that is refused is a rule broken. */
    Recovered recover() {
        return read(mark, false);
    }

    /** The highest position that a loss of power leaves readable. */
    long forcedPosition() {
        return read(forcedMark, true).lastPosition();
    }

    private Recovered read(Mark known, boolean forcedOnly) {
        List<List<Entry>> counting = new ArrayList<>();
        for (CycleFile file : files) {
            List<Entry> seen = file.seen(forcedOnly);
            boolean counts = counts(seen);
            sound(counts || file.cycle > known.cycle(), "file " + file.cycle + " was durable and does not count");
            if (counts) {
                counting.add(seen);
            }
        }
        List<Entry> records = new ArrayList<>();
        long durableUpTo = known.durable();
        long lastBoot = 0;
        for (int i = 0; i < counting.size(); i++) {
            boolean isLast = i == counting.size() - 1;
            List<Entry> file = counting.get(i);
            long until = isLast ? Long.MAX_VALUE : counting.get(i + 1).get(0).position();
            lastBoot = file.get(0).number();
            int end = readFile(file, until, records);
            // Behind the end of the last file stand claims that tell whether something durable is missing there.
            for (Entry entry : file.subList(0, isLast ? file.size() : end)) {
                durableUpTo = Math.max(durableUpTo, entry.torn() ? 0 : entry.durableUpTo());
            }
            sound(
                    isLast || records.size() == until,
                    "position " + (records.size() + 1) + " is missing, the next file continues after " + until);
        }
        sound(
                records.size() >= durableUpTo,
                "the journal ends at position " + records.size() + ", but " + durableUpTo + " was durable");
        return new Recovered(records, durableUpTo, lastBoot);
    }

    /** A file counts from its record that says so, behind whole ones. */
    private boolean counts(List<Entry> file) {
        for (Entry entry : file) {
            if (entry.torn()) {
                return false;
            }
            if (entry.kind() == Kind.ADOPTED || bug == PlantedBug.FILE_COUNTS_FROM_ITS_HEADER) {
                return true;
            }
        }
        return false;
    }

    /** Takes records up to the first that is torn or out of place; returns how many entries of the file were read. */
    private static int readFile(List<Entry> file, long until, List<Entry> records) {
        for (int i = 0; i < file.size(); i++) {
            Entry entry = file.get(i);
            if (entry.torn()) {
                return i;
            }
            if (entry.kind() == Kind.DATA) {
                if (entry.position() > until || entry.position() != records.size() + 1) {
                    return i;
                }
                records.add(entry);
            }
        }
        return file.size();
    }

    private static void sound(boolean holds, String damage) {
        Checker.require(holds, "durability", "a start is refused: " + damage);
    }

    // ---------------------------------------------------------------- writing

    /** Removes the files that do not count: their starts did not come to an end. */
    void removeUnborn() {
        files.removeIf(file -> !counts(file.entries));
    }

    /** A new file, which does not count yet. */
    void create() {
        files.add(new CycleFile(files.isEmpty() ? 0 : last().cycle + 1));
    }

    /** Forces the last file that counts. */
    void forceCounting() {
        for (int i = files.size() - 1; i >= 0; i--) {
            CycleFile file = files.get(i);
            if (counts(file.entries)) {
                file.forced = file.entries.size();
                return;
            }
        }
    }

    boolean isEmpty() {
        return files.isEmpty();
    }

    boolean lastCounts() {
        return !files.isEmpty() && counts(last().entries);
    }

    void append(Entry entry) {
        last().entries.add(entry);
    }

    /** Forces the last file. */
    void force() {
        last().forced = last().entries.size();
    }

    /** Forces the last file up to this position. */
    void force(long position) {
        CycleFile file = last();
        while (file.forced < file.entries.size()
                && file.entries.get(file.forced).position() <= position) {
            file.forced++;
        }
    }

    /** Says that the last file counts and that everything up to a position was forced. */
    void writeMark(long durable) {
        mark = new Mark(last().cycle, durable);
    }

    void forceMark() {
        forcedMark = mark;
    }

    private CycleFile last() {
        return files.get(files.size() - 1);
    }

    // ---------------------------------------------------------------- the power

    /** Of what was not forced, only the first entries reach the platter, and of the next one perhaps a half; or some here and some there. */
    void losePower(Chance chance) {
        boolean scattered = chance.oneIn(2);
        for (CycleFile file : files) {
            if (scattered) {
                scatter(file, chance);
            } else {
                cut(file, chance);
            }
            file.forced = file.entries.size();
        }
        mark = chance.oneIn(2) ? mark : forcedMark;
        forcedMark = mark;
    }

    private static void cut(CycleFile file, Chance chance) {
        int kept = file.forced + chance.below(file.entries.size() - file.forced + 1);
        Entry next = kept < file.entries.size() ? file.entries.get(kept) : null;
        file.entries.subList(kept, file.entries.size()).clear();
        if (next != null && chance.oneIn(2)) {
            file.entries.add(next.half());
        }
    }

    private static void scatter(CycleFile file, Chance chance) {
        for (int i = file.forced; i < file.entries.size(); i++) {
            if (chance.oneIn(2)) {
                file.entries.set(i, file.entries.get(i).half());
            }
        }
    }
}
