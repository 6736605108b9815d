package io.assent.journal;

import io.assent.journal.CycleFile.End;
import io.assent.journal.CycleFile.Header;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads a journal that may be in use: takes no lock, writes nothing, works on a read-only mount. What it says of a live journal's end is a
 * snapshot.
 */
public final class JournalReader {

    /** Where a record stands. */
    public record Place(String file, int offset, long boot, boolean synced) {}

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

    private final Path directory;
    private final Consumer<String> messages;

    /**
     * @param directory the journal's directory
     * @param messages hears what could not be read, for people
     */
    public JournalReader(Path directory, Consumer<String> messages) {
        this.directory = directory;
        this.messages = messages;
    }

    /** Every live record in order of position. A record above the highest position that any record calls durable is not {@code synced}. */
    public void forEach(Listener listener) {
        try {
            List<Path> files = CycleFile.list(directory);
            long mark = durableUpTo(files);
            List<Header> headers = new ArrayList<>();
            for (Path path : files) {
                headers.add(headerOf(path));
            }
            for (int i = 0; i < files.size(); i++) {
                if (headers.get(i) != null) {
                    readFile(files.get(i), headers.get(i), liveUntil(headers, i), mark, listener);
                }
            }
        } catch (IOException e) {
            throw new JournalException(JournalException.Reason.IO, "could not read " + directory + ": " + e, e);
        }
    }

    /** Checks the whole journal as a start would, and goes on behind a problem where it can. */
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
            Recovered recovered = JournalRecovery.run(
                    directory,
                    -1,
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

    private static long liveUntil(List<Header> headers, int index) {
        long until = Long.MAX_VALUE;
        for (int i = index + 1; i < headers.size(); i++) {
            if (headers.get(i) != null) {
                until = Math.min(until, headers.get(i).continuesAfter());
            }
        }
        return until;
    }

    private Header headerOf(Path path) throws IOException {
        try (CycleFile file = new CycleFile(path)) {
            return file.header();
        } catch (NoSuchFileException e) {
            messages.accept("file vanished while it was read: " + path);
            return null;
        }
    }

    private void readFile(Path path, Header header, long until, long mark, Listener listener) throws IOException {
        try (CycleFile file = new CycleFile(path)) {
            End end = file.walk((buffer, offset, type) -> {
                if (type == RecordLayout.DATA) {
                    long position = RecordLayout.position(buffer, offset);
                    if (position > until) {
                        return false;
                    }
                    deliver(path, header, mark, listener, buffer, offset, position);
                }
                return type != RecordLayout.SEAL;
            });
            if (end == End.BROKEN) {
                messages.accept("unreadable record in " + path + " at offset " + file.endOffset());
            }
        } catch (NoSuchFileException e) {
            messages.accept("file vanished while it was read: " + path);
        }
    }

    private static void deliver(
            Path path, Header header, long mark, Listener listener, UnsafeBuffer buffer, int offset, long position) {
        listener.onRecord(
                position,
                RecordLayout.timeMs(buffer, offset),
                new Place(path.getFileName().toString(), offset, header.boot(), position <= mark),
                buffer,
                offset + RecordLayout.HEADER_BYTES,
                RecordLayout.bodyLength(buffer, offset));
    }

    private static long durableUpTo(List<Path> files) throws IOException {
        long[] mark = {0};
        for (Path path : files) {
            try (CycleFile file = new CycleFile(path)) {
                file.walk((buffer, offset, type) -> {
                    mark[0] = Math.max(mark[0], RecordLayout.durableUpTo(buffer, offset));
                    return true;
                });
            } catch (NoSuchFileException e) {
                // Told when its records are read.
            }
        }
        return mark[0];
    }
}
