package io.assent.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every journal keeps, and the faults of the one in memory. */
class JournalContractTest {
    @TempDir
    Path temporary;

    private Journal journal;
    private DataDirectory directory;
    private final List<String> replayed = new ArrayList<>();

    private void onRecord(long position, long timeMs, DirectBuffer body, int offset, int length) {
        replayed.add(position + "@" + timeMs + " " + body.getStringWithoutLengthUtf8(offset, length));
    }

    private void open(String kind) {
        if (kind.equals("memory")) {
            journal = new MemoryJournal();
        } else {
            openChronicle();
        }
    }

    private void openChronicle() {
        directory = DataDirectory.open(temporary.resolve("data"));
        journal = ChronicleJournal.open(
                new JournalConfig(directory.journalPath(), Durability.FSYNC, 4 << 20, 1 << 20, 64 << 20, 0),
                directory,
                this::onRecord,
                (records, bytes, file) -> {},
                () -> {});
    }

    private void reopen(String kind) {
        replayed.clear();
        journal.close();
        if (kind.equals("memory")) {
            journal = ((MemoryJournal) journal).reopen(this::onRecord);
        } else {
            directory.close();
            openChronicle();
        }
    }

    @AfterEach
    void close() throws IOException {
        journal.close();
        if (directory != null) {
            directory.close();
        }
        assertThat(Files.exists(temporary)).isTrue();
    }

    private long append(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        while (!journal.tryReserve(bytes.length)) {
            Thread.onSpinWait();
        }
        return journal.append(7, new UnsafeBuffer(bytes), 0, bytes.length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "chronicle"})
    void shouldNumberDenselyAndBecomeDurableOnlyBySync(String kind) {
        open(kind);
        assertThat(journal.appendedPosition()).isZero();
        assertThat(append("a")).isEqualTo(1);
        assertThat(append("b")).isEqualTo(2);
        assertThat(journal.appendedPosition()).isEqualTo(2);
        assertThat(journal.durablePosition()).isZero();
        assertThat(journal.sync()).isEqualTo(2);
        assertThat(journal.durablePosition()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "chronicle"})
    void shouldGiveBackWhatItTookAndCountItsBoots(String kind) {
        open(kind);
        long boot = journal.boot();
        journal.beginBatch();
        append("a");
        append("");
        append("c\u00e4");
        journal.sync();
        reopen(kind);
        assertThat(replayed).containsExactly("1@7 a", "2@7 ", "3@7 c\u00e4");
        assertThat(journal.boot()).isEqualTo(boot + 1);
        assertThat(journal.durablePosition()).isEqualTo(3);
        assertThat(append("d")).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "chronicle"})
    void shouldRefuseARecordOverTheBoundAndStayUsable(String kind) {
        open(kind);
        byte[] tooLarge = new byte[RecordLayout.BODY_BYTES_MAX + 1];
        assertThatThrownBy(() -> journal.append(1, new UnsafeBuffer(tooLarge), 0, tooLarge.length))
                .isInstanceOf(JournalException.class);
        assertThat(append("a")).isEqualTo(1);
    }

    @Test
    void shouldLoseOnlyWhatWasNotSyncedInACrash() {
        for (int seed = 0; seed < 50; seed++) {
            MemoryJournal memory = new MemoryJournal();
            journal = memory;
            append("a");
            memory.sync();
            append("b");
            append("c");
            memory.crash(new Random(seed));
            replayed.clear();
            journal = memory.reopen(this::onRecord);
            assertThat(replayed).as("seed " + seed).startsWith("1@7 a").hasSizeBetween(1, 3);
            assertThat(journal.boot()).isEqualTo(2);
        }
    }

    @Test
    void shouldFailWhenToldTo() {
        MemoryJournal memory = new MemoryJournal();
        journal = memory;
        memory.failNextAppend();
        assertThatThrownBy(() -> append("a")).isInstanceOf(JournalException.class);
        assertThat(memory.appendedPosition()).isZero();
        append("a");
        memory.failNextSync();
        assertThatThrownBy(memory::sync).isInstanceOf(JournalException.class);
        assertThat(memory.durablePosition()).isZero();
        memory.room(false);
        assertThat(memory.tryReserve(1)).isFalse();
        memory.slowSync(true);
        assertThat(memory.sync()).isZero();
        appendDuringSync(memory);
        assertThat(memory.isSyncing()).isTrue();
        assertThat(memory.finishSync())
                .as("what was appended during the sync is not covered")
                .isEqualTo(1);
    }

    private static void appendDuringSync(MemoryJournal memory) {
        memory.append(1, new UnsafeBuffer(new byte[1]), 0, 1);
    }
}
