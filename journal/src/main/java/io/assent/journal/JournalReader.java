package io.assent.journal;

import io.assent.journal.CycleFile.End;
import io.assent.journal.CycleFile.Header;
import io.assent.journal.DurableMark.Known;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;

/**
 * Reads a journal that may be in use: takes no lock, writes nothing, works on a read-only mount. What it says of a live journal's end is a
 * snapshot.
 */
public final class JournalReader {

    /** Where a record stands. */
    public record Place(String file, long offset, long boot, boolean synced) {}

    /** Takes one record. */
    @FunctionalInterface
    public interface Listener {
        void onRecord(long position, long timeMs, Place place, DirectBuffer body, int offset, int length);
    }

    /**
     * What a check of the whole journal found.
     *
     * @param problems sentences naming file and offset; empty when everything that was durable is there
     * @param tornTail what a start would cut, "" for nothing
     */
    public record Verification(
            int files,
            long records,
            long firstPosition,
            long lastPosition,
            long durableUpTo,
            List<String> problems,
            String tornTail) {
        public boolean isSound() {
            return problems.isEmpty();
        }
    }

    private final Path dataDirectory;
    private final Path directory;
    private final Consumer<String> messages;

    /**
     * @param dataDirectory the directory of the server
     * @param messages hears what could not be read, for people
     */
    public JournalReader(Path dataDirectory, Consumer<String> messages) {
        this.dataDirectory = dataDirectory;
        this.directory = DataDirectory.journalOf(dataDirectory);
        this.messages = messages;
    }

    /** A file that counts, as far as can be told; null as a header stands for one that does not, or can not be read. */
    private record Found(Path path, Header header) {}

    /** Every live record in order of position. A record above the highest position that is known durable is not {@code synced}. */
    public void forEach(Listener listener) {
        try {
            Known known = knownOrNothing();
            List<Found> files = new ArrayList<>();
            for (Path path : CycleFile.list(directory)) {
                files.add(new Found(path, headerOf(path, known)));
            }
            long mark = Math.max(known.durable(), durableUpTo(files));
            for (int i = 0; i < files.size(); i++) {
                if (files.get(i).header() != null) {
                    readFile(files.get(i), liveUntil(files, i), mark, listener);
                }
            }
        } catch (IOException e) {
            throw new JournalException(JournalException.Reason.IO, "could not read " + directory + ": " + e, e);
        }
    }

    private Known knownOrNothing() throws IOException {
        try {
            return DataDirectory.known(dataDirectory);
        } catch (JournalException e) {
            messages.accept(e.getMessage());
            return Known.NOTHING;
        }
    }

    /** Checks the whole journal as a start would: both ask the same code. */
    public Verification verify() {
        List<String> problems = new ArrayList<>();
        String tornTail = "";
        long[] first = {0};
        long[] last = {0};
        long[] count = {0};
        long mark = 0;
        int files = 0;
        try {
            files = CycleFile.list(directory).size();
            // First what is known, then the records: a live journal is at least as long as it was known to be before.
            Recovered recovered = JournalRecovery.run(
                    directory,
                    DataDirectory.known(dataDirectory),
                    (position, timeMs, body, offset, length) -> {
                        first[0] = first[0] == 0 ? position : first[0];
                        last[0] = position;
                        count[0]++;
                    },
                    (records, bytes, file) -> {});
            tornTail = recovered.tornTail();
            mark = recovered.durableUpTo();
        } catch (JournalException e) {
            problems.add(e.getMessage());
        } catch (NoSuchFileException e) {
            messages.accept("file vanished while it was read: " + e.getFile());
        } catch (IOException e) {
            problems.add("could not read: " + e);
        }
        return new Verification(files, count[0], first[0], last[0], mark, problems, tornTail);
    }

    private static long liveUntil(List<Found> files, int index) {
        long until = Long.MAX_VALUE;
        for (int i = index + 1; i < files.size(); i++) {
            if (files.get(i).header() != null) {
                until = Math.min(until, files.get(i).header().continuesAfter());
            }
        }
        return until;
    }

    private Header headerOf(Path path, Known known) throws IOException {
        try (CycleFile file = new CycleFile(path)) {
            Header header = file.header();
            if (header == null || header.formatVersion() < RecordLayout.ADOPTION_VERSION) {
                return known.cycle() < 0 || file.cycle() <= known.cycle() ? header : null;
            }
            return file.isAdopted() ? header : null;
        } catch (NoSuchFileException e) {
            messages.accept("file vanished while it was read: " + path);
            return null;
        }
    }

    private void readFile(Found found, long until, long mark, Listener listener) throws IOException {
        try (CycleFile file = new CycleFile(found.path())) {
            End end = file.walk((buffer, offset, type) -> {
                if (type == RecordLayout.DATA) {
                    long position = RecordLayout.position(buffer, offset);
                    if (position > until) {
                        return false;
                    }
                    listener.onRecord(
                            position,
                            RecordLayout.timeMs(buffer, offset),
                            new Place(
                                    found.path().getFileName().toString(),
                                    file.recordOffset(),
                                    found.header().boot(),
                                    position <= mark),
                            buffer,
                            offset + RecordLayout.HEADER_BYTES,
                            RecordLayout.bodyLength(buffer, offset));
                }
                return type != RecordLayout.SEAL;
            });
            if (end == End.BROKEN) {
                messages.accept("unreadable record in " + found.path() + " at offset " + file.endOffset());
            }
        } catch (NoSuchFileException e) {
            messages.accept("file vanished while it was read: " + found.path());
        }
    }

    private static long durableUpTo(List<Found> files) throws IOException {
        long[] mark = {0};
        for (Found found : files) {
            if (found.header() != null) {
                try (CycleFile file = new CycleFile(found.path())) {
                    file.walk((buffer, offset, type) -> {
                        mark[0] = Math.max(mark[0], RecordLayout.durableUpTo(buffer, offset));
                        return true;
                    });
                } catch (NoSuchFileException e) {
                    // Told when its records are read.
                }
            }
        }
        return mark[0];
    }
}
