package io.assent.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.journal.JournalException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The journal on real files: what it keeps, what it notices, what it refuses. */
class ChronicleJournalTest {
    private static final int BLOCK = 64 << 20;

    @TempDir
    Path temporary;

    private DataDirectory directory;
    private ChronicleJournal journal;
    private final List<String> replayed = new ArrayList<>();

    private JournalConfig config() {
        return new JournalConfig(directory.journalPath(), Durability.FSYNC, 4 << 20, 1 << 20, BLOCK, 0);
    }

    private void open() {
        replayed.clear();
        directory = DataDirectory.open(temporary.resolve("data"));
        try {
            journal = ChronicleJournal.open(
                    config(),
                    directory,
                    (position, timeMs, body, offset, length) -> replayed.add(
                            position + "@" + timeMs + " " + body.getStringWithoutLengthUtf8(offset, length)),
                    (records, bytes, file) -> {},
                    () -> {});
        } catch (RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    @AfterEach
    void close() {
        if (journal != null) {
            journal.close();
            directory.close();
        }
    }

    /** Leaves the files as a killed process would: no seal. The old journal object is never used again. */
    private void kill() throws IOException {
        Path copy = temporary.resolve("copy");
        copyTree(temporary.resolve("data"), copy);
        close();
        journal = null;
        deleteTree(temporary.resolve("data"));
        Files.move(copy, temporary.resolve("data"));
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (var paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(path, target);
                }
            }
        }
    }

    private static void deleteTree(Path root) throws IOException {
        try (var paths = Files.walk(root)) {
            List<Path> all = new ArrayList<>(paths.toList());
            for (int i = all.size() - 1; i >= 0; i--) {
                Files.delete(all.get(i));
            }
        }
    }

    private void append(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        awaitRoom(bytes.length);
        journal.append(1_000 + journal.appendedPosition(), new UnsafeBuffer(bytes), 0, bytes.length);
    }

    /** The filler is a thread: waits for it, with a generous bound. */
    private void awaitRoom(int bytes) {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (!journal.tryReserve(RecordLayout.paddedBytes(bytes))) {
            assertThat(System.nanoTime()).as("waited for the filler").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private void appendBatch(int from, int count) {
        journal.beginBatch();
        for (int i = from; i < from + count; i++) {
            append("r" + i);
        }
        journal.sync();
    }

    private Path lastFile() throws IOException {
        List<Path> files = CycleFile.list(temporary.resolve("data/journal"));
        return files.get(files.size() - 1);
    }

    /** Offset of the data record with this position in the last file. */
    private long offsetOf(long wanted) throws IOException {
        long[] found = {-1};
        try (CycleFile file = new CycleFile(lastFile())) {
            file.walk((buffer, offset, type) -> {
                if (type == RecordLayout.DATA && RecordLayout.position(buffer, offset) == wanted) {
                    found[0] = file.recordOffset();
                }
                return true;
            });
        }
        assertThat(found[0]).as("offset of position " + wanted).isNotNegative();
        return found[0];
    }

    private void damage(long offset, byte... bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(lastFile(), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes), offset);
        }
    }

    @Test
    void shouldGiveBackEveryRecordAfterACleanCloseAndGoOn() {
        open();
        assertThat(journal.boot()).isEqualTo(1);
        appendBatch(1, 3);
        assertThat(journal.durablePosition()).isEqualTo(3);
        close();
        open();
        assertThat(replayed).containsExactly("1@1000 r1", "2@1001 r2", "3@1002 r3");
        assertThat(journal.boot()).isEqualTo(2);
        assertThat(journal.tornTail()).isEmpty();
        appendBatch(4, 1);
        close();
        open();
        assertThat(replayed).hasSize(4).endsWith("4@1003 r4");
    }

    @Test
    void shouldGiveBackEveryRecordAfterAKill() throws IOException {
        open();
        appendBatch(1, 5);
        append("unsynced");
        kill();
        open();
        assertThat(replayed).hasSize(6);
        kill();
        open();
        assertThat(replayed).as("what was above the mark was written again").hasSize(6);
        assertThat(journal.durablePosition()).isEqualTo(6);
    }

    @Test
    void shouldRollBySizeAndReadOverAllFiles() throws IOException {
        open();
        String kilobyte = "x".repeat(1_000);
        for (int i = 0; i < 9_000; i++) {
            append(kilobyte);
            if (i % 100 == 0) {
                journal.sync();
                journal.beginBatch();
            }
        }
        journal.sync();
        assertThat(CycleFile.list(temporary.resolve("data/journal")).size()).isGreaterThan(2);
        kill();
        open();
        assertThat(replayed).hasSize(9_000);
    }

    @Test
    void shouldTakeTheLargestRecordAndRefuseOneByteMore() {
        open();
        byte[] largest = new byte[RecordLayout.BODY_BYTES_MAX];
        new Random(1).nextBytes(largest);
        awaitRoom(largest.length);
        journal.append(1, new UnsafeBuffer(largest), 0, largest.length);
        journal.sync();
        byte[] tooLarge = new byte[RecordLayout.BODY_BYTES_MAX + 1];
        assertThatThrownBy(() -> journal.append(1, new UnsafeBuffer(tooLarge), 0, tooLarge.length))
                .isInstanceOfSatisfying(
                        JournalException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE));
        close();
        open();
        assertThat(replayed).hasSize(1);
    }

    @Test
    void shouldRefuseToStartWhenADurableRecordIsBroken() throws IOException {
        open();
        appendBatch(1, 10);
        appendBatch(11, 10);
        appendBatch(21, 1);
        kill();
        long offset = offsetOf(5);
        damage(offset + RecordLayout.HEADER_BYTES, (byte) '?');
        assertThatThrownBy(this::open)
                .isInstanceOfSatisfying(
                        JournalException.class, e -> assertThat(e.reason()).isEqualTo(Reason.DAMAGED))
                .hasMessageContaining("offset " + (offset - 4))
                .hasMessageContaining("position 5")
                .hasMessageMatching(".*up to 2[01] was durable");
        journal = null;
    }

    @Test
    void shouldRefuseToStartWhenAHoleHidesDurableRecords() throws IOException {
        open();
        appendBatch(1, 10);
        appendBatch(11, 10);
        appendBatch(21, 1);
        kill();
        damage(offsetOf(5) - 4, new byte[4]);
        assertThatThrownBy(this::open).hasMessageContaining("position 5").hasMessageContaining("was durable");
        journal = null;
    }

    @Test
    void shouldCutATornTailAboveTheDurableMarkAndTellIt() throws IOException {
        open();
        appendBatch(1, 10);
        appendBatch(11, 1);
        append("r12");
        append("r13");
        kill();
        damage(offsetOf(12) + RecordLayout.HEADER_BYTES, (byte) '?');
        open();
        assertThat(replayed).hasSize(11);
        assertThat(journal.tornTail()).contains("ends at position 11").contains("1 whole records behind it dropped");
        append("new12");
        journal.sync();
        kill();
        open();
        assertThat(replayed).hasSize(12).last().asString().endsWith("new12");
        assertThat(journal.tornTail()).isEmpty();
    }

    @Test
    void shouldSurviveLossOfAnyPagesBehindTheDurablePosition() throws IOException {
        for (int seed = 0; seed < 6; seed++) {
            temporary = Files.createTempDirectory("assent-pages");
            open();
            appendBatch(1, 50);
            appendBatch(51, 50);
            long durable = journal.durablePosition();
            for (int i = 0; i < 300; i++) {
                append("lost " + "y".repeat(100));
            }
            kill();
            for (UnsyncedTail tail : UnsyncedTail.locate(temporary.resolve("data"), durable)) {
                tail.dropPages(new Random(seed));
            }
            open();
            assertThat(replayed.size()).as("seed " + seed).isGreaterThanOrEqualTo(100);
            close();
            journal = null;
            deleteTree(temporary);
        }
        temporary = Files.createTempDirectory("assent-pages");
    }

    @Test
    void shouldIgnoreAFileThatWasBeingCreatedButNotOneThatWasDurable() throws IOException {
        open();
        appendBatch(1, 3);
        kill();
        Path empty = lastFile().resolveSibling(CycleFile.nameOf(CycleFile.cycleOf(lastFile()) + 1));
        Files.write(empty, new byte[8192]);
        open();
        assertThat(replayed).hasSize(3);
        kill();
        try (FileChannel channel = FileChannel.open(lastFile(), StandardOpenOption.WRITE)) {
            channel.truncate(0);
        }
        assertThatThrownBy(this::open).hasMessageContaining("its header is missing or broken, but was durable");
        journal = null;
    }

    @Test
    void shouldRefuseANewerFormatNamingBoth() throws IOException {
        open();
        appendBatch(1, 1);
        kill();
        long offset;
        byte[] whole;
        try (CycleFile file = new CycleFile(lastFile())) {
            long[] header = {0};
            byte[][] bytes = {null};
            file.walk((buffer, at, type) -> {
                header[0] = file.recordOffset();
                bytes[0] = new byte[RecordLayout.HEADER_BYTES + RecordLayout.bodyLength(buffer, at)];
                buffer.getBytes(at, bytes[0]);
                return false;
            });
            offset = header[0];
            whole = bytes[0];
        }
        whole[4] = RecordLayout.FORMAT_VERSION + 1;
        var crc = new CRC32C();
        crc.update(whole, 0, 12);
        crc.update(whole, 16, whole.length - 16);
        new UnsafeBuffer(whole).putInt(12, (int) crc.getValue(), ByteOrder.LITTLE_ENDIAN);
        damage(offset, whole);
        assertThatThrownBy(this::open)
                .hasMessageContaining("format version " + (RecordLayout.FORMAT_VERSION + 1))
                .hasMessageContaining("reads up to " + RecordLayout.FORMAT_VERSION)
                .isInstanceOfSatisfying(
                        JournalException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NEWER_FORMAT));
        journal = null;
    }

    @Test
    void shouldNotCareForTheQueuesOwnMetadata() throws IOException {
        open();
        appendBatch(1, 3);
        kill();
        Path metadata = lastFile().resolveSibling("metadata.cq4t");
        Files.write(metadata, new byte[100]);
        Files.write(temporary.resolve("data/journal/metadata.cq4t"), new byte[131_072]);
        open();
        assertThat(replayed).hasSize(3);
    }

    @Test
    void shouldLetOnlyOneWorkOnADirectory() {
        open();
        assertThatThrownBy(() -> DataDirectory.open(temporary.resolve("data")))
                .isInstanceOfSatisfying(
                        JournalException.class, e -> assertThat(e.reason()).isEqualTo(Reason.LOCKED))
                .hasMessageContaining("process " + ProcessHandle.current().pid());
    }

    @Test
    void shouldRememberPropertiesOverAReopen() {
        open();
        directory.remember("clock", "manual");
        close();
        open();
        assertThat(directory.property("clock")).isEqualTo("manual");
    }

    @Test
    void shouldReadALiveDirectoryWithoutTouchingIt() {
        open();
        appendBatch(1, 3);
        appendBatch(4, 1);
        append("r5");
        List<String> seen = new ArrayList<>();
        List<String> messages = new ArrayList<>();
        JournalReader reader = new JournalReader(directory.path(), messages::add);
        reader.forEach((position, timeMs, place, body, offset, length) ->
                seen.add(position + (place.synced() ? " synced" : " unsynced") + " boot " + place.boot()));
        // The mark beside the journal may know of the fourth already.
        assertThat(seen)
                .hasSize(5)
                .startsWith("1 synced boot 1", "2 synced boot 1", "3 synced boot 1")
                .endsWith("5 unsynced boot 1");
        assertThat(messages).isEmpty();
        JournalReader.Verification verification = reader.verify();
        assertThat(verification.isSound()).isTrue();
        assertThat(verification.records()).isEqualTo(5);
        assertThat(verification.durableUpTo()).isBetween(3L, 4L);
    }

    @Test
    void shouldLeaveAFileThatMakesAnEarlierVersionRefuseTheDirectory() throws IOException {
        open();
        Path guard = temporary.resolve("data/journal/" + CycleFile.GUARD);
        try (CycleFile file = new CycleFile(guard)) {
            assertThat(file.header().formatVersion()).isEqualTo(RecordLayout.FORMAT_VERSION);
        }
        assertThat(CycleFile.list(temporary.resolve("data/journal"))).hasSize(1).doesNotContain(guard);
    }

    @Test
    void shouldReadADirectoryOfAnEarlierVersionAndNotCountAFileWhoseStartDidNotEnd() throws IOException {
        open();
        appendBatch(1, 3);
        close();
        asVersion2();
        // The start behind it wrote the header and died: what it says to be dead is alive.
        Path journalPath = temporary.resolve("data/journal");
        Path unborn = journalPath.resolve(CycleFile.nameOf(1));
        ByteBuffer header = CycleFile.guard();
        header.putShort(8, (short) 2);
        Files.write(unborn, rechecked(header));
        open();
        assertThat(replayed).hasSize(3);
        assertThat(Files.exists(unborn)).isFalse();
        appendBatch(4, 1);
        close();
        open();
        assertThat(replayed).hasSize(4);
    }

    /** Turns what one start wrote into what the version before would have left. */
    private void asVersion2() throws IOException {
        Path file = lastFile();
        byte[] bytes = Files.readAllBytes(file);
        List<Long> offsets = new ArrayList<>();
        try (CycleFile cycle = new CycleFile(file)) {
            cycle.walk((buffer, offset, type) -> offsets.add(cycle.recordOffset()));
        }
        for (long offset : offsets) {
            int length = new UnsafeBuffer(bytes).getInt((int) offset + 8, ByteOrder.LITTLE_ENDIAN);
            ByteBuffer document = ByteBuffer.allocate(4 + RecordLayout.HEADER_BYTES + length);
            document.put(4, bytes, (int) offset, RecordLayout.HEADER_BYTES + length);
            document.putShort(8, Short.reverseBytes((short) 2));
            System.arraycopy(rechecked(document), 4, bytes, (int) offset, RecordLayout.HEADER_BYTES + length);
        }
        Path old = temporary.resolve("data/journal").resolve(file.getFileName());
        deleteTree(temporary.resolve("data"));
        Files.createDirectories(old.getParent());
        Files.write(old, bytes);
        Files.writeString(
                temporary.resolve("data/assent.properties"), "journal.cycle=" + CycleFile.cycleOf(old) + "\n");
    }

    /** A document of one record with its checksum made anew. */
    private static byte[] rechecked(ByteBuffer document) {
        byte[] bytes = new byte[document.capacity()];
        document.get(0, bytes);
        CRC32C crc = new CRC32C();
        crc.update(bytes, 4, 12);
        crc.update(bytes, 20, bytes.length - 20);
        new UnsafeBuffer(bytes).putInt(16, (int) crc.getValue(), ByteOrder.LITTLE_ENDIAN);
        return bytes;
    }
}
