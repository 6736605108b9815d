package io.assent.journal;

import java.nio.file.Path;

/**
 * How a journal works.
 *
 * @param directory holds the journal's files and nothing else
 * @param durability what "durable" promises
 * @param cycleBytesMax a new file starts behind this size
 * @param fillAheadBytes space kept filled with zeros in front of the writer
 * @param blockBytes what Chronicle Queue maps at a time; a record may be a quarter of it
 * @param freeBytesMin below this much free disk space {@link ChronicleJournal#lowOnDisk()} says so
 */
public record JournalConfig(
        Path directory,
        Durability durability,
        long cycleBytesMax,
        long fillAheadBytes,
        int blockBytes,
        long freeBytesMin) {
    private static final long MIB = 1L << 20;

    /** 256 MiB files, 32 MiB filled ahead, 64 MiB blocks, 512 MiB free. */
    public static JournalConfig of(Path directory, Durability durability) {
        return new JournalConfig(directory, durability, 256 * MIB, 32 * MIB, (int) (64 * MIB), 512 * MIB);
    }

    public JournalConfig {
        if (cycleBytesMax > (1L << 30) || cycleBytesMax < fillAheadBytes) {
            throw new IllegalArgumentException(
                    "cycleBytesMax must be between fillAheadBytes and 1 GiB, found " + cycleBytesMax);
        }
    }
}
