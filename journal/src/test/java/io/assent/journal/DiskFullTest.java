package io.assent.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A disk that fills up is refused room, never a broken page. Needs the right to mount a small tmpfs. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DiskFullTest {
    private static final int RECORD_BYTES = 1_000;

    @TempDir
    Path mount;

    private boolean run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
    }

    @Test
    void shouldRefuseRoomWhenTheDiskIsFullAndGoOnWhenThereIsSpaceAgain() throws Exception {
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", mount.toString()),
                "mounting a tmpfs is not permitted here");
        try {
            Path ballast = Files.write(mount.resolve("ballast"), new byte[20 << 20]);
            fillUpAndGoOn(ballast);
        } finally {
            run("umount", "-l", mount.toString());
        }
    }

    private void fillUpAndGoOn(Path ballast) throws IOException {
        DataDirectory directory = DataDirectory.open(mount.resolve("data"));
        ChronicleJournal journal = open(directory);
        UnsafeBuffer record = new UnsafeBuffer(new byte[RECORD_BYTES]);
        long last = fill(journal, record);
        assertThat(journal.noRoomReason()).contains("the journal's disk");
        assertThat(journal.lowOnDisk()).isTrue();
        assertThat(journal.sync()).isEqualTo(last);
        Files.delete(ballast);
        while (!journal.tryReserve(RECORD_BYTES)) {
            Thread.onSpinWait();
        }
        journal.append(1, record, 0, RECORD_BYTES);
        assertThat(journal.sync()).isEqualTo(last + 1);
        journal.close();
        long[] replayed = {0};
        ChronicleJournal again = ChronicleJournal.open(
                new JournalConfig(directory.journalPath(), Durability.FSYNC, 64 << 20, 1 << 20, 64 << 20, 1 << 20),
                directory,
                (position, timeMs, body, offset, length) -> replayed[0] = position,
                (records, bytes, file) -> {},
                () -> {});
        assertThat(replayed[0]).isEqualTo(last + 1);
        again.close();
        directory.close();
    }

    private static ChronicleJournal open(DataDirectory directory) {
        return ChronicleJournal.open(
                new JournalConfig(directory.journalPath(), Durability.FSYNC, 64 << 20, 1 << 20, 64 << 20, 1 << 20),
                directory,
                (position, timeMs, body, offset, length) -> {},
                (records, bytes, file) -> {},
                () -> {});
    }

    /** Appends until the filler itself says that the disk is full and what it had filled is used up. */
    private static long fill(ChronicleJournal journal, UnsafeBuffer record) {
        while (true) {
            if (journal.tryReserve(RECORD_BYTES)) {
                journal.append(1, record, 0, RECORD_BYTES);
            } else if (!journal.noRoomReason().isEmpty()) {
                return journal.appendedPosition();
            }
        }
    }
}
