package io.assent.journal;

import io.assent.journal.CycleFile.Header;
import io.assent.journal.JournalException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Which files of a journal count, and which were being created when a process died.
 *
 * <p>A file counts from the record that says that everything up to a position stands in it and was forced. Until then it is unborn: nobody was told
 * anything by it, and what it was to replace is alive. A file of an early version counts from its header, unless what the directory remembers says that
 * its start did not come to an end.
 *
 * @param counting the files that count, in order
 * @param unborn the files that do not
 * @param lastCycle the highest number of all of them, -1 for none
 */
record JournalFiles(List<Counting> counting, List<Path> unborn, int lastCycle) {

    /** A file that counts. */
    record Counting(Path path, Header header) {}

    /**
     * Looks through a directory.
     *
     * @param knownCycle this file and every one before it counts; -1 when nothing is known
     */
    static JournalFiles of(Path directory, int knownCycle) throws IOException {
        List<Counting> counting = new ArrayList<>();
        List<Path> unborn = new ArrayList<>();
        int lastCycle = -1;
        boolean knownThere = knownCycle < 0;
        for (Path path : CycleFile.list(directory)) {
            try (CycleFile file = new CycleFile(path)) {
                lastCycle = file.cycle();
                knownThere |= lastCycle == knownCycle;
                Header header = file.header();
                if (counts(file, header, knownCycle)) {
                    counting.add(new Counting(path, header));
                } else {
                    unborn.add(path);
                }
            } catch (NoSuchFileException e) {
                // An unborn file that a start has removed since the directory was listed.
            }
        }
        if (!knownThere) {
            throw new JournalException(
                    Reason.DAMAGED,
                    "journal damaged: " + directory + " has no file " + CycleFile.nameOf(knownCycle)
                            + " any more, which was the last one");
        }
        return new JournalFiles(counting, unborn, lastCycle);
    }

    private static boolean counts(CycleFile file, Header header, int knownCycle) throws IOException {
        boolean known = file.cycle() <= knownCycle;
        if (header == null) {
            if (known) {
                throw JournalRecovery.damaged(file, 0, "its header is missing or broken, but was durable");
            }
            return false;
        }
        if (header.formatVersion() > RecordLayout.FORMAT_VERSION) {
            throw new JournalException(
                    Reason.NEWER_FORMAT,
                    file.path() + " has format version " + header.formatVersion() + ", this program reads up to "
                            + RecordLayout.FORMAT_VERSION);
        }
        if (header.formatVersion() < RecordLayout.ADOPTION_VERSION) {
            return known || knownCycle < 0;
        }
        boolean adopted = file.isAdopted();
        if (known && !adopted) {
            throw JournalRecovery.damaged(
                    file, file.endOffset(), "the record is missing or broken from which on it counts, but was durable");
        }
        return adopted;
    }

    /** Whether a directory holds a file of a version that keeps a {@link DurableMark} beside it. */
    static boolean needsMark(Path directory) throws IOException {
        for (Path path : CycleFile.list(directory)) {
            if (!path.getParent().equals(directory)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Removes what a start left that did not come to an end: unborn files, and whatever else stands in the directories of earlier starts. An unborn file
     * of an early version is only set aside, as its header may have been lost.
     */
    void removeUnborn(Disk disk, Path directory) throws IOException {
        for (Path path : unborn) {
            if (path.getParent().equals(directory)) {
                disk.rename(path, path.resolveSibling(path.getFileName() + ".unborn"));
                disk.forceDirectory(directory);
            }
        }
        List<Path> entries = new ArrayList<>();
        try (var stream = Files.newDirectoryStream(directory)) {
            stream.forEach(entries::add);
        }
        for (Path entry : entries) {
            if (CycleFile.isBootDirectory(entry)) {
                clear(disk, entry);
            }
        }
    }

    /**
     * Makes the last file that counts durable, and the names beside it. What lets it count, and that an unborn file beside it was removed, may live in
     * the page cache alone, left by a process that was killed; once a later file counts, the contrary would look like damage. What is before it was
     * forced in the same way.
     */
    void forceLast(Disk disk) throws IOException {
        if (!counting.isEmpty()) {
            Path last = counting.get(counting.size() - 1).path();
            try (Disk.OpenFile file = disk.open(last, false)) {
                file.force();
            }
            disk.forceDirectory(last.getParent());
        }
    }

    private void clear(Disk disk, Path boot) throws IOException {
        List<Path> files = new ArrayList<>();
        try (var stream = Files.newDirectoryStream(boot)) {
            stream.forEach(files::add);
        }
        boolean keeps = false;
        boolean removes = false;
        for (Path file : files) {
            if (counting.stream().anyMatch(known -> known.path().equals(file))) {
                keeps = true;
            } else {
                disk.delete(file);
                removes = true;
            }
        }
        if (keeps && removes) {
            // An unborn file that came back beside later ones that count would look like damage.
            disk.forceDirectory(boot);
        }
        if (!keeps) {
            disk.delete(boot);
            disk.forceDirectory(boot.getParent());
        }
    }
}
