package io.assent.system;

import io.assent.journal.Disk;
import io.assent.server.CoordinatorServer;
import io.assent.server.Halts;
import io.assent.server.ServerConfig;
import io.assent.server.StartFailure;
import io.assent.server.config.Settings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * The real server as a process of its own, whose disk fails at the n-th operation of start, roll or stop: {@code death} ends the process there, {@code
 * space} answers that the disk is full, {@code error} that it is broken.
 */
final class FaultyServer {
    /** The exit code of a planned death. */
    static final int DEATH = 99;

    private FaultyServer() {}

    public static void main(String[] arguments) throws Exception {
        Map<String, String> given = new HashMap<>();
        given.put("DataDir", arguments[0]);
        given.put("HttpPort", arguments[1]);
        given.put("GrpcPort", "0");
        given.put("FreeDiskMin", "0");
        Disk disk = new FailingDisk(arguments[2], Integer.parseInt(arguments[3]));
        Halts.haltOnUncaught();
        CoordinatorServer server = new CoordinatorServer(
                ServerConfig.of(Settings.of(Map.of(), null, given)), Halts.HALT, UnaryOperator.identity(), disk);
        CountDownLatch stopped = new CountDownLatch(1);
        Halts.onSignals(server::requestStop, () -> {
            server.close();
            stopped.countDown();
        });
        try {
            server.start();
        } catch (StartFailure failure) {
            System.err.println(failure.getMessage());
            Runtime.getRuntime().halt(failure.exitCode().code());
        }
        stopped.await();
        Runtime.getRuntime().halt(0);
    }

    private record FailingDisk(String fault, int at, AtomicInteger operations) implements Disk {
        FailingDisk(String fault, int at) {
            this(fault, at, new AtomicInteger());
        }

        private void mayFail() throws IOException {
            if (operations.incrementAndGet() == at) {
                switch (fault) {
                    case "death" -> Runtime.getRuntime().halt(DEATH);
                    case "space" -> throw new IOException("No space left on device");
                    case "error" -> throw new IOException("Input/output error");
                    default -> throw new IllegalArgumentException(fault);
                }
            }
        }

        @Override
        public void createDirectory(Path directory) throws IOException {
            mayFail();
            REAL.createDirectory(directory);
        }

        @Override
        public OpenFile open(Path file, boolean create) throws IOException {
            mayFail();
            return new FailingFile(this, REAL.open(file, create));
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
            mayFail();
            REAL.rename(from, to);
        }

        @Override
        public void delete(Path path) throws IOException {
            mayFail();
            REAL.delete(path);
        }

        @Override
        public void forceDirectory(Path directory) throws IOException {
            mayFail();
            REAL.forceDirectory(directory);
        }
    }

    private record FailingFile(FailingDisk disk, Disk.OpenFile file) implements Disk.OpenFile {
        @Override
        public void write(ByteBuffer bytes, long offset) throws IOException {
            disk.mayFail();
            file.write(bytes, offset);
        }

        @Override
        public void fill(long from, long to) throws IOException {
            disk.mayFail();
            file.fill(from, to);
        }

        @Override
        public void truncate(long size) throws IOException {
            disk.mayFail();
            file.truncate(size);
        }

        @Override
        public void force() throws IOException {
            disk.mayFail();
            file.force();
        }

        @Override
        public boolean tryLock() throws IOException {
            return file.tryLock();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
