package io.assent.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damage of every kind at any place of any file of a data directory: what is read is what was written, or the directory is refused and the file named.
 * {@code -Dassent.journal.damages=N} makes it longer.
 */
@Timeout(value = 1_800, unit = TimeUnit.SECONDS)
class DamageTest {
    private static final int DAMAGES = Integer.getInteger("assent.journal.damages", 400);
    private static final long SEED = Long.getLong("assent.journal.seed", 20_261_128L);

    @TempDir
    Path temporary;

    private Path data;
    private final Map<Path, byte[]> files = new TreeMap<>();
    private final List<String> written = new ArrayList<>();

    @BeforeEach
    void createJournal() throws IOException {
        data = temporary.resolve("data");
        for (int boot = 1; boot <= 3; boot++) {
            live(boot);
        }
        try (var paths = Files.walk(data)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                files.put(path, Files.readAllBytes(path));
            }
        }
    }

    private void live(int boot) {
        try (DataDirectory directory = DataDirectory.open(data);
                ChronicleJournal journal = ChronicleJournal.open(
                        new JournalConfig(directory.journalPath(), Durability.FSYNC, 1 << 20, 128 << 10, 1 << 20, 0),
                        directory,
                        (position, timeMs, body, offset, length) -> {},
                        (records, bytes, file) -> {},
                        () -> {})) {
            for (int i = 0; i < 120; i++) {
                if (i % 10 == 0) {
                    journal.sync();
                    journal.beginBatch();
                }
                String text = "boot " + boot + " record " + i + " " + "x".repeat(i * 100);
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                while (!journal.tryReserve(RecordLayout.paddedBytes(bytes.length))) {
                    Thread.onSpinWait();
                }
                journal.append(i, new UnsafeBuffer(bytes), 0, bytes.length);
                written.add(text);
            }
        }
    }

    /** What a start would go on from, or why it would not start. */
    private String judge() {
        List<String> read = new ArrayList<>();
        try {
            JournalRecovery.run(
                    data.resolve("journal"),
                    DataDirectory.known(data),
                    (position, timeMs, body, offset, length) ->
                            read.add(body.getStringWithoutLengthUtf8(offset, length)),
                    (records, bytes, file) -> {});
        } catch (JournalException e) {
            return e.getMessage();
        } catch (IOException e) {
            return "could not read: " + e;
        }
        assertThat(read).isEqualTo(written);
        return "";
    }

    private void shouldBeEqualOrRefused(Path path, String what) {
        String refused = judge();
        if (!refused.isEmpty()) {
            assertThat(refused)
                    .as(what)
                    .contains(data.toString())
                    .containsPattern("offset \\d+|position \\d+|line \\d+|has no file|is missing|version \\d+|bytes");
        }
        assertThat(new JournalReader(data, message -> {}).verify().isSound())
                .as(what)
                .isEqualTo(refused.isEmpty());
        assertThat(Files.exists(path) || !refused.isEmpty() || !counts(path))
                .as(what)
                .isTrue();
    }

    private static boolean counts(Path path) {
        return !path.endsWith("server.lock") && !path.endsWith("metadata.cq4t") && !path.endsWith(CycleFile.GUARD);
    }

    @Test
    void shouldReadWhatWasWrittenOrRefuseTheDirectoryWhateverIsDamaged() throws IOException {
        assertThat(judge()).isEmpty();
        List<Path> paths = new ArrayList<>(files.keySet());
        int refused = 0;
        for (int i = 0; i < DAMAGES; i++) {
            Random random = new Random(SEED + i);
            Path path = paths.get(random.nextInt(paths.size()));
            byte[] bytes = files.get(path).clone();
            String what = "seed " + (SEED + i) + ": " + damage(path, bytes, random);
            shouldBeEqualOrRefused(path, what);
            refused += judge().isEmpty() ? 0 : 1;
            Files.write(path, files.get(path));
        }
        assertThat(refused).isGreaterThan(DAMAGES / 10);
    }

    private static String damage(Path path, byte[] bytes, Random random) throws IOException {
        // Most of a file is empty: look where something stands.
        int end = bytes.length;
        while (end > 1 && bytes[end - 1] == 0) {
            end--;
        }
        int at = random.nextInt(end);
        String what;
        switch (random.nextInt(5)) {
            case 0 -> {
                bytes[at] ^= (byte) (1 << random.nextInt(8));
                what = "a bit turned at " + at;
            }
            case 1 -> {
                int to = Math.min(bytes.length, at + 1 + random.nextInt(10_000));
                Arrays.fill(bytes, at, to, (byte) 0);
                what = "zeros from " + at + " to " + to;
            }
            case 2 -> {
                byte[] noise = new byte[Math.min(bytes.length - at, 1 + random.nextInt(200))];
                random.nextBytes(noise);
                System.arraycopy(noise, 0, bytes, at, noise.length);
                what = "noise at " + at;
            }
            case 3 -> {
                Files.write(path, Arrays.copyOf(bytes, at));
                return "cut at " + at + " " + path;
            }
            default -> {
                Files.delete(path);
                return "deleted " + path;
            }
        }
        Files.write(path, bytes);
        return what + " of " + path;
    }

    @Test
    void shouldRefuseTheLastFileWhenItIsCutAtAnyPlace() throws IOException {
        Path last = CycleFile.list(data.resolve("journal"))
                .get(CycleFile.list(data.resolve("journal")).size() - 1);
        byte[] bytes = files.get(last);
        Random random = new Random(SEED);
        for (int i = 0; i < 100; i++) {
            int at = random.nextInt(bytes.length);
            Files.write(last, Arrays.copyOf(bytes, at));
            shouldBeEqualOrRefused(last, "cut at " + at);
        }
    }

    @Test
    void shouldRefuseADirectoryThatLostItsJournal() throws IOException {
        Files.move(data.resolve("journal"), temporary.resolve("elsewhere"));
        assertThat(judge()).contains("has no file").contains("which was the last one");
        Files.delete(data.resolve(DurableMark.FILE));
        assertThat(judge()).contains("has no file");
    }

    @Test
    void shouldNameTheLineOfPropertiesThatCanNotBeRead() throws IOException {
        Path properties = data.resolve(RememberedProperties.FILE);
        String text = Files.readString(properties);
        Files.writeString(properties, text.replaceAll("journal.cycle=\\d+", "journal.cycle=1"));
        assertThat(judge()).contains(properties + " line 2").contains("checksum");
        Files.writeString(properties, "journal.cycle=x1\n");
        assertThat(judge()).contains(properties.toString()).contains("line 1");
        Files.writeString(properties, text.substring(0, text.length() - 3));
        assertThat(judge()).contains(properties + " line 2").contains("without its end");
        Files.writeString(properties, text.substring(0, text.indexOf('\n') + 1));
        assertThat(judge()).contains("the line with its checksum is missing");
        Files.delete(properties);
        assertThat(judge()).contains(properties + " is missing beside a journal");
    }
}
