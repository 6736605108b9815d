package io.assent.system;

import io.assent.journal.Journal;
import io.assent.server.CoordinatorServer;
import io.assent.server.Halts;
import io.assent.server.ServerConfig;
import io.assent.server.config.Settings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.agrona.DirectBuffer;

/**
 * The real server as a process of its own, with a witness: after each sync, and before anything leaves by it, the durable position is noted in a
 * mapped file. So a crash test knows what a loss of power might have taken. With the argument {@code release-before-sync} it is the build that
 * must be found out: it calls durable what is not.
 */
final class WitnessedServer {
    static final String WITNESS_FILE = "durable.witness";

    private WitnessedServer() {}

    public static void main(String[] arguments) throws Exception {
        Path data = Path.of(arguments[0]);
        boolean releasesEarly = arguments[2].equals("release-before-sync");
        Map<String, String> given = new HashMap<>();
        given.put("DataDir", data.toString());
        given.put("HttpPort", arguments[1]);
        given.put("GrpcPort", "0");
        given.put("FreeDiskMin", "0");
        given.put("Sync", "inline");
        Files.createDirectories(data);
        MappedByteBuffer witness = map(data.resolve(WITNESS_FILE));
        UnaryOperator<Journal> decorator = journal -> {
            witness.putLong(0, journal.durablePosition());
            return releasesEarly ? new EarlyJournal(journal) : new WitnessedJournal(journal, witness);
        };
        Halts.haltOnUncaught();
        new CoordinatorServer(ServerConfig.of(Settings.of(Map.of(), null, given)), Halts.HALT, decorator).start();
        new CountDownLatch(1).await();
    }

    private static MappedByteBuffer map(Path file) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES);
        }
    }

    /** The position that the witness of a dead server noted last. */
    static long witnessed(Path data) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(data.resolve(WITNESS_FILE))).getLong();
    }

    /** Passes everything on. */
    abstract static class PassingJournal implements Journal {
        final Journal journal;

        PassingJournal(Journal journal) {
            this.journal = journal;
        }

        @Override
        public boolean tryReserve(int bytes) {
            return journal.tryReserve(bytes);
        }

        @Override
        public void beginBatch() {
            journal.beginBatch();
        }

        @Override
        public long append(long timeMs, DirectBuffer body, int offset, int length) {
            return journal.append(timeMs, body, offset, length);
        }

        @Override
        public long sync() {
            return journal.sync();
        }

        @Override
        public long appendedPosition() {
            return journal.appendedPosition();
        }

        @Override
        public long durablePosition() {
            return journal.durablePosition();
        }

        @Override
        public long boot() {
            return journal.boot();
        }

        @Override
        public void close() {
            journal.close();
        }
    }

    private static final class WitnessedJournal extends PassingJournal {
        private final MappedByteBuffer witness;

        WitnessedJournal(Journal journal, MappedByteBuffer witness) {
            super(journal);
            this.witness = witness;
        }

        @Override
        public long sync() {
            long durable = super.sync();
            witness.putLong(0, durable);
            return durable;
        }
    }

    /** The planted bug: what was appended counts as durable, and a sync comes only now and then. */
    private static final class EarlyJournal extends PassingJournal {
        private static final int SYNC_EVERY = 5_000;

        private long syncs;

        EarlyJournal(Journal journal) {
            super(journal);
        }

        @Override
        public long durablePosition() {
            return journal.appendedPosition();
        }

        @Override
        public long sync() {
            if (++syncs % SYNC_EVERY == 0) {
                super.sync();
            }
            return journal.appendedPosition();
        }
    }
}
