package io.assent.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.assent.journal.FaultyDisk.Bug;
import io.assent.journal.FaultyDisk.Fault;
import io.assent.journal.FaultyDisk.Stopped;
import io.assent.journal.JournalException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Start, roll and stop end at each of their steps, several times in a row: the process stops there, or the disk answers that it is full or broken.
 * Whatever was acknowledged by any of these lives is there at the end, and the directory starts. With a loss of power, what was not forced may be
 * gone, page by page and name by name.
 *
 * <p>{@code -Dassent.journal.faults=N} tries N times as many combinations of two and three, and each fault at each step; every step is always tried.
 */
@Timeout(value = 1_800, unit = TimeUnit.SECONDS)
class DyingStartTest {
    private static final int FACTOR = Integer.getInteger("assent.journal.faults", 1);
    private static final long SEED = Long.getLong("assent.journal.seed", 20_261_128L);
    private static final int RECORD_BYTES = 60_000;
    /** So much that a start that writes two of them again must fill space between them, and may die there. */
    private static final int LARGE_RECORD_BYTES = 220_000;

    private static final List<Fault> FAULTS = List.of(Fault.values());

    @TempDir
    Path temporary;

    private Path data;
    private Durability durability = Durability.FSYNC;
    /** The disk of the life before, while the machine runs on. */
    private FaultyDisk died;

    private int directories;
    private final Map<Long, String> acknowledged = new HashMap<>();
    private final Map<Long, String> replayed = new HashMap<>();
    private Thread.UncaughtExceptionHandler before;

    @BeforeEach
    void expectThreadsToDie() {
        before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {});
    }

    @AfterEach
    void restoreHandler() {
        Thread.setDefaultUncaughtExceptionHandler(before);
    }

    private JournalConfig config(DataDirectory directory) {
        return new JournalConfig(directory.journalPath(), durability, 1 << 20, 128 << 10, 1 << 20, 0);
    }

    /** One life of a process, from its start to its end; what it acknowledges is noted. */
    private void live(FaultyDisk disk, String name) {
        DataDirectory directory = null;
        ChronicleJournal journal = null;
        boolean whole = false;
        replayed.clear();
        try {
            directory = DataDirectory.open(data, disk);
            directory.remember("clock", "real");
            journal = ChronicleJournal.open(
                    config(directory),
                    directory,
                    (position, timeMs, body, offset, length) ->
                            replayed.put(position, body.getStringWithoutLengthUtf8(offset, Math.min(length, 20))),
                    (records, bytes, file) -> {},
                    () -> {});
            for (int batch = 0; batch < 6; batch++) {
                appendBatch(journal, name + " batch " + batch, RECORD_BYTES);
            }
            appendBatch(journal, name + " large", LARGE_RECORD_BYTES);
            // Appended, and nobody waits for it.
            append(journal, name + " last", RECORD_BYTES);
            journal.close();
            whole = true;
        } finally {
            if (!whole) {
                disk.stop();
                release(journal);
            }
            if (directory != null) {
                directory.close();
            }
        }
    }

    /** Gives back what a dead process would have given back; nothing of it reaches the disk. */
    private static void release(ChronicleJournal journal) {
        try {
            if (journal != null) {
                journal.close();
            }
        } catch (Stopped | JournalException e) {
            // The dead write nothing.
        }
    }

    private void appendBatch(ChronicleJournal journal, String text, int length) {
        journal.beginBatch();
        long first = journal.appendedPosition() + 1;
        append(journal, text, length);
        append(journal, text, length);
        long durable = journal.sync();
        for (long position = first; position <= durable; position++) {
            assertThat(acknowledged.put(position, text))
                    .as("what was acknowledged at position %d before, and is gone", position)
                    .isNull();
        }
    }

    private static void append(ChronicleJournal journal, String text, int length) {
        byte[] bytes = String.format("%-20s", text).getBytes(StandardCharsets.UTF_8);
        UnsafeBuffer record = new UnsafeBuffer(new byte[length]);
        record.putBytes(0, bytes);
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (!journal.tryReserve(RecordLayout.paddedBytes(length)) && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        journal.append(1, record, 0, length);
    }

    /** A life that ends early; true when it came to its own end. */
    private boolean dies(Bug bug, int at, Fault fault, String name, Random power) throws IOException {
        FaultyDisk disk = died == null ? new FaultyDisk(data, bug) : new FaultyDisk(died);
        disk.failAt(at, fault);
        if (name.equals("first")) {
            // So that the next start has something to write again.
            disk.markOnlyByCounted();
        }
        boolean whole = false;
        try {
            live(disk, name);
            whole = true;
        } catch (Stopped e) {
            // As planned.
        } catch (JournalException e) {
            assertThat(e.reason())
                    .as("%s", e)
                    .isIn(
                            fault == Fault.NO_SPACE
                                    ? List.of(Reason.NO_SPACE, Reason.IO)
                                    : List.of(Reason.IO, Reason.NOT_WRITABLE));
        }
        disk.stop();
        died = disk;
        if (power != null) {
            died = null;
            Path next = temporary.resolve("data" + ++directories);
            disk.losePower(next, power);
            delete(data);
            data = next;
        }
        return whole;
    }

    private static void delete(Path root) throws IOException {
        try (var paths = Files.walk(root)) {
            List<Path> all = new ArrayList<>(paths.toList());
            for (int i = all.size() - 1; i >= 0; i--) {
                Files.delete(all.get(i));
            }
        }
    }

    /** What a server leaves that was killed: acknowledged records, some of them marked durable by no other. */
    private void begin() throws IOException {
        acknowledged.clear();
        died = null;
        data = Files.createDirectories(temporary.resolve("data" + ++directories))
                .toAbsolutePath();
    }

    private void killed(Bug bug) throws IOException {
        begin();
        // Before the first force of its stop: what its last batch acknowledged is called durable by nothing.
        dies(bug, stepsOfOneLife - 3, Fault.STOP_BEFORE, "first", null);
        assertThat(acknowledged).isNotEmpty();
    }

    /** The directory starts, holds everything acknowledged, and takes more. */
    private void shouldHaveLostNothing(String after) throws IOException {
        FaultyDisk sound = new FaultyDisk(data, Bug.NONE);
        assertThatCode(() -> live(sound, "sound")).as(after).doesNotThrowAnyException();
        Map<Long, String> promised = new HashMap<>(acknowledged);
        live(new FaultyDisk(data, Bug.NONE), "again");
        promised.forEach((position, text) -> assertThat(replayed.get(position))
                .as("position %d %s", position, after)
                .startsWith(text));
        delete(data);
    }

    private int stepsOfOneLife;

    private void countSteps() throws IOException {
        begin();
        FaultyDisk disk = new FaultyDisk(data, Bug.NONE);
        live(disk, "counted");
        stepsOfOneLife = disk.operations();
        assertThat(stepsOfOneLife).isGreaterThan(50);
        delete(data);
    }

    @Test
    void shouldLoseNothingWhenTheFirstStartEndsAtAnyStep() throws IOException {
        countSteps();
        for (int at = 1; at <= stepsOfOneLife; at++) {
            Fault fault = FAULTS.get(at % FAULTS.size());
            for (Random power : new Random[] {null, new Random(SEED + at)}) {
                begin();
                dies(Bug.NONE, at, fault, "one", power);
                shouldHaveLostNothing("first start, " + fault + " at " + at + (power == null ? "" : ", power lost"));
            }
        }
    }

    @Test
    void shouldLoseNothingWhenALaterStartEndsAtAnyStep() throws IOException {
        countSteps();
        for (int at = 1; at <= stepsOfOneLife + 10; at++) {
            for (int i = FACTOR == 1 ? at % 2 : 0; i < FAULTS.size(); i += FACTOR == 1 ? 2 : 1) {
                Fault fault = FAULTS.get(i);
                Random power = (at & 2) == 0 ? null : new Random(SEED + at);
                killed(Bug.NONE);
                dies(Bug.NONE, at, fault, "one", power);
                // What it left is cleared away by the next one, which loses its power at its end.
                dies(Bug.NONE, stepsOfOneLife - 5, Fault.STOP_BEFORE, "two", new Random(SEED + 7L * at));
                shouldHaveLostNothing("start, " + fault + " at " + at + (power == null ? "" : ", power lost"));
            }
        }
    }

    @Test
    void shouldLoseNothingWhenTwoOrThreeStartsInARowEndAtAnyStep() throws IOException {
        countSteps();
        for (int round = 0; round < 60 * FACTOR; round++) {
            assertThat(tryRow(Bug.NONE, round)).isTrue();
        }
    }

    @Test
    void shouldLoseNothingWithoutForcesWhenOnlyTheProcessDies() throws IOException {
        durability = Durability.OS;
        countSteps();
        for (int round = 0; round < 30 * FACTOR; round++) {
            assertThat(tryRow(Bug.NONE, round)).isTrue();
        }
    }

    /** Two or three lives that end early; false when something was lost, or the directory does not start. */
    private boolean tryRow(Bug bug, int round) throws IOException {
        Random random = new Random(SEED + round);
        killed(bug);
        StringBuilder row = new StringBuilder("round " + round + ":");
        for (int i = 0; i < 2 + random.nextInt(2); i++) {
            int at = 1 + random.nextInt(stepsOfOneLife);
            Fault fault = FAULTS.get(random.nextInt(FAULTS.size()));
            Random power = durability == Durability.OS || random.nextInt(3) == 0 ? null : random;
            row.append(' ').append(fault).append(" at ").append(at).append(power == null ? "" : " without power");
            try {
                dies(bug, at, fault, "life" + i, power);
            } catch (AssertionError e) {
                if (bug == Bug.NONE) {
                    throw new AssertionError(row.toString(), e);
                }
                return false;
            }
        }
        try {
            shouldHaveLostNothing(row.toString());
            return true;
        } catch (AssertionError | JournalException e) {
            if (bug == Bug.NONE) {
                throw e;
            }
            return false;
        }
    }

    private void shouldFind(Bug bug) throws IOException {
        countSteps();
        int rounds = 0;
        while (tryRow(bug, rounds)) {
            rounds++;
            assertThat(rounds).as("rounds without finding " + bug).isLessThan(400);
        }
    }

    @Test
    void shouldFindTheBuildThatLetsAFileCountBeforeItIsForced() throws IOException {
        shouldFind(Bug.COUNTS_BEFORE_FORCE);
    }

    @Test
    void shouldFindTheBuildThatWritesItsMarkBeforeTheForce() throws IOException {
        shouldFind(Bug.MARK_BEFORE_FORCE);
    }

    @Test
    void shouldFindTheBuildThatForgetsTheNameOfANewFile() throws IOException {
        shouldFind(Bug.DIRECTORY_NOT_FORCED);
    }

    @Test
    void shouldFindTheBuildThatForgetsToForceTheLastFileThatCounts() throws IOException {
        shouldFind(Bug.LAST_FILE_NOT_FORCED);
    }
}
