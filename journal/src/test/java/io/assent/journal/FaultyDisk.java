package io.assent.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A real directory with a disk in front that fails at the n-th operation of one thread, and that remembers what was forced, so that a loss of power can
 * take everything else: each page and each name that was not forced is there or not, as a seed says.
 */
final class FaultyDisk implements Disk {
    private static final int PAGE = 4_096;

    /** What happens at the n-th operation. */
    enum Fault {
        /** The process stops before it. */
        STOP_BEFORE,
        /** The process stops behind it. */
        STOP_AFTER,
        /** No space; a write got half of its way. */
        NO_SPACE,
        /** An error of the device; a write got half of its way. */
        ERROR
    }

    /** A build with a mistake that the rig must find. */
    enum Bug {
        NONE,
        /** A new file is named by the mark before its records, and the one that lets it count, are forced. */
        COUNTS_BEFORE_FORCE,
        /** The mark is written and forced before the records that it calls durable. */
        MARK_BEFORE_FORCE,
        /** The name of a new file is not made durable. */
        DIRECTORY_NOT_FORCED,
        /** What lets the last file count is not forced before the next file counts. */
        LAST_FILE_NOT_FORCED
    }

    /** The process is dead; nothing it does reaches a file. */
    static final class Stopped extends Error {
        private static final long serialVersionUID = 1L;

        Stopped() {
            super("the process stopped", null, false, false);
        }
    }

    private static final class Inode {
        /** What a loss of power leaves for certain; null when nothing was forced. */
        private byte[] forced;

        private Path path;
    }

    private final Path root;
    private final Bug bug;
    private final Thread counted = Thread.currentThread();
    private final Map<Path, Inode> files = new TreeMap<>();
    /** Names of a directory that are durable; a directory stands there without an inode. */
    private final Map<Path, Map<String, Inode>> durableNames = new HashMap<>();

    private final Map<Inode, Integer> forces = new HashMap<>();
    private final List<Inode> putOff = new ArrayList<>();
    private Fault fault;
    private int faultAt;
    private int operations;
    private boolean stopped;
    private boolean keeperIsSlow;

    /** Everything that stands in the directory now is durable. */
    FaultyDisk(Path root, Bug bug) throws IOException {
        this.root = root;
        this.bug = bug;
        try (var paths = Files.walk(root)) {
            for (Path path : paths.toList()) {
                if (Files.isRegularFile(path)) {
                    Inode inode = inode(path);
                    inode.forced = Files.readAllBytes(path);
                } else {
                    durableNames.put(path, new TreeMap<>());
                }
            }
        }
        for (Path directory : List.copyOf(durableNames.keySet())) {
            rememberNames(directory);
        }
    }

    /** The disk of a process that died, under the next one: the machine runs on, and nothing more was forced. */
    FaultyDisk(FaultyDisk died) {
        this.root = died.root;
        this.bug = died.bug;
        files.putAll(died.files);
        durableNames.putAll(died.durableNames);
    }

    /** The {@code at}-th operation of this thread from now on, counted from 1, fails. */
    synchronized void failAt(int at, Fault how) {
        operations = 0;
        faultAt = at;
        fault = how;
    }

    synchronized int operations() {
        return operations;
    }

    /** The mark is written by this thread alone: the one that does it beside the writer is slow. */
    synchronized void markOnlyByCounted() {
        keeperIsSlow = true;
    }

    /** From now on nothing reaches a file. */
    synchronized void stop() {
        stopped = true;
    }

    private Inode inode(Path path) {
        Inode inode = files.computeIfAbsent(path, name -> new Inode());
        inode.path = path;
        return inode;
    }

    /** Nothing has this name any more; what was forced under it may come back. */
    private void forget(Path path) {
        Inode inode = files.remove(path);
        if (inode != null) {
            inode.path = path.resolve("gone");
        }
    }

    private void rememberNames(Path directory) throws IOException {
        Map<String, Inode> names = new TreeMap<>();
        try (var entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                names.put(entry.getFileName().toString(), Files.isDirectory(entry) ? null : inode(entry));
            }
        }
        durableNames.put(directory, names);
    }

    /** Something that may fail on its way. */
    private interface Step {
        void run() throws IOException;
    }

    private synchronized void operate(Step whole, Step half) throws IOException {
        if (stopped) {
            throw new Stopped();
        }
        boolean fails = Thread.currentThread() == counted && ++operations == faultAt;
        if (!fails) {
            whole.run();
            return;
        }
        switch (fault) {
            case STOP_BEFORE -> {
                half.run();
                stopped = true;
                throw new Stopped();
            }
            case STOP_AFTER -> {
                whole.run();
                stopped = true;
                throw new Stopped();
            }
            case NO_SPACE -> {
                half.run();
                throw new IOException("No space left on device");
            }
            case ERROR -> {
                half.run();
                throw new IOException("Input/output error");
            }
        }
    }

    private void operate(Step whole) throws IOException {
        operate(whole, () -> {});
    }

    @Override
    public void createDirectory(Path directory) throws IOException {
        operate(() -> REAL.createDirectory(directory));
    }

    @Override
    public OpenFile open(Path file, boolean create) throws IOException {
        OpenFile[] opened = {null};
        operate(() -> opened[0] = new CountedFile(REAL.open(file, create), inode(file), create));
        return opened[0];
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        operate(() -> {
            REAL.rename(from, to);
            forget(to);
            Inode moved = files.remove(from);
            moved.path = to;
            files.put(to, moved);
        });
    }

    @Override
    public void delete(Path path) throws IOException {
        operate(() -> {
            REAL.delete(path);
            forget(path);
        });
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        operate(() -> {
            boolean forgotten = bug == Bug.DIRECTORY_NOT_FORCED && CycleFile.isBootDirectory(directory);
            if (!forgotten && directory.startsWith(root)) {
                rememberNames(directory);
            }
        });
    }

    private void force(Inode inode) throws IOException {
        boolean journal = inode.path.toString().endsWith(CycleFile.SUFFIX);
        int count = forces.merge(inode, 1, Integer::sum);
        if (journal && bug == Bug.COUNTS_BEFORE_FORCE && (count == 2 || count == 3)) {
            return;
        }
        if (journal && bug == Bug.MARK_BEFORE_FORCE) {
            putOff.add(inode);
            return;
        }
        inode.forced = Files.readAllBytes(inode.path);
        if (inode.path.endsWith(DurableMark.FILE)) {
            for (Inode late : putOff) {
                late.forced = Files.readAllBytes(late.path);
            }
            putOff.clear();
        }
    }

    private final class CountedFile implements OpenFile {
        private final OpenFile file;
        private final Inode inode;
        private final boolean created;

        CountedFile(OpenFile file, Inode inode, boolean created) {
            this.file = file;
            this.inode = inode;
            this.created = created;
        }

        @Override
        public void write(ByteBuffer bytes, long offset) throws IOException {
            if (keeperIsSlow && Thread.currentThread() != counted && inode.path.endsWith(DurableMark.FILE)) {
                return;
            }
            ByteBuffer half = bytes.duplicate().limit(bytes.position() + bytes.remaining() / 2);
            operate(() -> file.write(bytes, offset), () -> file.write(half, offset));
        }

        @Override
        public void fill(long from, long to) throws IOException {
            operate(() -> file.fill(from, to), () -> file.fill(from, from + (to - from) / PAGE / 2 * PAGE));
        }

        @Override
        public void truncate(long size) throws IOException {
            operate(() -> file.truncate(size));
        }

        @Override
        public void force() throws IOException {
            boolean forgotten = bug == Bug.LAST_FILE_NOT_FORCED
                    && !created
                    && inode.path.toString().endsWith(CycleFile.SUFFIX);
            operate(forgotten ? () -> {} : () -> FaultyDisk.this.force(inode));
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

    /** Puts into an empty directory what a loss of power may have left. */
    synchronized void losePower(Path target, Random random) throws IOException {
        losePower(root, target, random);
    }

    private void losePower(Path directory, Path target, Random random) throws IOException {
        Files.createDirectories(target);
        Map<String, Inode> names = new TreeMap<>(durableNames.getOrDefault(directory, Map.of()));
        // What was created, renamed or deleted since may have reached the disk by itself.
        try (var entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                Inode now = files.get(entry);
                if ((!names.containsKey(name) || names.get(name) != now) && random.nextInt(3) == 0) {
                    names.put(name, now);
                }
            }
        }
        for (Map.Entry<String, Inode> entry : names.entrySet()) {
            Path from = directory.resolve(entry.getKey());
            Path to = target.resolve(entry.getKey());
            boolean deleted = !Files.exists(from);
            if (deleted && random.nextBoolean()) {
                continue;
            }
            if (entry.getValue() == null) {
                losePowerIn(from, to, deleted, random);
            } else {
                Files.write(to, content(entry.getValue(), random));
            }
        }
    }

    private void losePowerIn(Path from, Path to, boolean deleted, Random random) throws IOException {
        if (deleted) {
            // A removed directory comes back empty: what it held was removed before.
            Files.createDirectories(to);
        } else {
            losePower(from, to, random);
        }
    }

    private static byte[] content(Inode inode, Random random) throws IOException {
        byte[] forced = inode.forced == null ? new byte[0] : inode.forced;
        byte[] current = Files.exists(inode.path) ? Files.readAllBytes(inode.path) : forced;
        byte[] left =
                Arrays.copyOf(forced, random.nextBoolean() ? Math.max(forced.length, current.length) : forced.length);
        // Nearly nothing reached the disk, or nearly everything: a lost page among whole ones tells the most.
        int written = 1 + random.nextInt(19);
        for (int page = 0; page < Math.min(left.length, current.length); page += PAGE) {
            if (random.nextInt(20) < written) {
                System.arraycopy(
                        current, page, left, page, Math.min(PAGE, Math.min(left.length, current.length) - page));
            }
        }
        return left;
    }
}
