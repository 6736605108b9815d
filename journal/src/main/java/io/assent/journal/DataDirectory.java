package io.assent.journal;

import io.assent.journal.JournalException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The directory of one server: a lock that only one process holds, a few remembered properties, the {@link DurableMark}, and the journal's files below
 * it.
 */
public final class DataDirectory implements AutoCloseable {
    private static final String LOCK_FILE = "server.lock";
    private static final String JOURNAL = "journal";
    private static final String CYCLE_PROPERTY = "journal.cycle";

    private final Path path;
    private final Disk disk;
    private final Disk.OpenFile lock;
    private final FileWatch watch = new FileWatch();
    private RememberedProperties properties = new RememberedProperties();

    private DataDirectory(Path path, Disk disk, Disk.OpenFile lock) {
        this.path = path;
        this.disk = disk;
        this.lock = lock;
    }

    /** Creates the directory when it is missing, takes its lock, and reads what it remembers. */
    public static DataDirectory open(Path path) {
        return open(path, Disk.REAL);
    }

    /** As {@link #open(Path)}, on another disk. */
    public static DataDirectory open(Path path, Disk disk) {
        DataDirectory directory = lock(path, disk);
        boolean open = false;
        try {
            directory.load();
            directory.watch.add(path.resolve(LOCK_FILE));
            open = true;
            return directory;
        } catch (IOException e) {
            throw JournalException.of(Reason.NOT_WRITABLE, "data directory " + path + " could not be opened", e);
        } finally {
            if (!open) {
                directory.close();
            }
        }
    }

    private static DataDirectory lock(Path path, Disk disk) {
        Disk.OpenFile file = null;
        boolean done = false;
        try {
            createDirectories(disk, path.toAbsolutePath());
            Path lockFile = path.resolve(LOCK_FILE);
            file = disk.open(lockFile, true);
            if (!file.tryLock()) {
                String holder = Files.readString(lockFile).strip();
                throw new JournalException(
                        Reason.LOCKED,
                        "data directory " + path + " is in use by " + (holder.isEmpty() ? "another process" : holder));
            }
            file.truncate(0);
            file.write(
                    ByteBuffer.wrap(
                            ("process " + ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.UTF_8)),
                    0);
            done = true;
            return new DataDirectory(path, disk, file);
        } catch (IOException e) {
            throw JournalException.of(Reason.NOT_WRITABLE, "data directory " + path + " is not writable", e);
        } finally {
            if (!done && file != null) {
                closeQuietly(file);
            }
        }
    }

    /** Creates what is missing of a path, and makes it durable. */
    static void createDirectories(Disk disk, Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Path parent = directory.getParent();
            if (parent != null) {
                createDirectories(disk, parent);
            }
            disk.createDirectory(directory);
            if (parent != null) {
                disk.forceDirectory(parent);
            }
        }
    }

    /**
     * Removes what the directory holds: the journal, the mark beside it and the remembered properties, nothing else that may lie there. Refused while
     * another process holds the lock.
     *
     * @return one sentence of what was removed
     */
    public static String reset(Path path) {
        try (DataDirectory directory = lock(path, Disk.REAL)) {
            long[] removed = new long[2];
            if (Files.isDirectory(directory.journalPath())) {
                directory.removeFiles(directory.journalPath(), removed);
            }
            for (String name : new String[] {DurableMark.FILE, RememberedProperties.FILE}) {
                directory.disk.delete(path.resolve(name));
            }
            directory.disk.forceDirectory(path);
            return "removed the journal of " + path + ": " + removed[0] + " files, " + (removed[1] >> 10) + " KiB";
        } catch (IOException e) {
            throw JournalException.of(Reason.NOT_WRITABLE, "data directory " + path + " could not be reset", e);
        }
    }

    private void removeFiles(Path from, long[] removed) throws IOException {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(from)) {
            stream.forEach(entries::add);
        }
        for (Path entry : entries) {
            if (Files.isRegularFile(entry)) {
                removed[0]++;
                removed[1] += Files.size(entry);
                disk.delete(entry);
            } else if (CycleFile.isBootDirectory(entry)) {
                removeFiles(entry, removed);
                disk.delete(entry);
            }
        }
        disk.forceDirectory(from);
    }

    public Path path() {
        return path;
    }

    /** Where the journal's files are. */
    public Path journalPath() {
        return journalOf(path);
    }

    static Path journalOf(Path dataDirectory) {
        return dataDirectory.resolve(JOURNAL);
    }

    /** Whether a journal was started here. */
    public boolean hasJournal() {
        try {
            return Files.exists(path.resolve(DurableMark.FILE))
                    || !CycleFile.list(journalPath()).isEmpty();
        } catch (IOException e) {
            throw JournalException.of(Reason.IO, "could not look into " + journalPath(), e);
        }
    }

    /** A remembered property, or null. */
    public String property(String name) {
        return properties.get(name);
    }

    /** Remembers a property, durably. */
    public void remember(String name, String value) {
        if (value.equals(properties.get(name))) {
            return;
        }
        properties.put(name, value);
        try {
            // Under the lock of the watch, which would see the replaced file otherwise.
            synchronized (watch) {
                properties.write(disk, path);
                watch.add(path.resolve(RememberedProperties.FILE));
            }
        } catch (IOException e) {
            throw JournalException.of(Reason.IO, "could not remember " + name + " in " + path, e);
        }
    }

    Disk disk() {
        return disk;
    }

    FileWatch watch() {
        return watch;
    }

    /** Remembers a last file that counts, durably. */
    void rememberCycle(int cycle) {
        remember(CYCLE_PROPERTY, Integer.toString(cycle));
    }

    /** What is known of the journal from outside. */
    DurableMark.Known known() throws IOException {
        return known(path, properties);
    }

    /** Opens and locks the mark; creates it when it is missing, behind properties that say that there is a journal. */
    DurableMark openMark(DurableMark.Known known) throws IOException {
        if (properties.get(CYCLE_PROPERTY) == null) {
            rememberCycle(known.cycle());
        }
        DurableMark mark = DurableMark.open(disk, path, known);
        watch.add(path.resolve(DurableMark.FILE));
        return mark;
    }

    /**
     * What is known of the journal of a data directory from outside. Takes no lock, writes nothing. Throws when what should be there to know it is
     * missing.
     */
    static DurableMark.Known known(Path dataDirectory) throws IOException {
        return known(dataDirectory, RememberedProperties.read(dataDirectory));
    }

    private static DurableMark.Known known(Path path, RememberedProperties properties) throws IOException {
        Path journal = journalOf(path);
        DurableMark.Known mark = DurableMark.read(path);
        if (properties.isEmpty() && (mark != null || !CycleFile.list(journal).isEmpty())) {
            throw new JournalException(
                    Reason.DAMAGED,
                    "journal damaged: " + path.resolve(RememberedProperties.FILE)
                            + " is missing beside a journal; it knows the kind of clock");
        }
        if (mark == null) {
            if (JournalFiles.needsMark(journal)) {
                throw new JournalException(
                        Reason.DAMAGED,
                        "journal damaged: " + path.resolve(DurableMark.FILE)
                                + " is missing beside a journal; it knows how far the journal reaches");
            }
            return new DurableMark.Known(0, properties.number(path, CYCLE_PROPERTY), false);
        }
        if (!properties.isChecksummed()) {
            throw RememberedProperties.damaged(
                    path.resolve(RememberedProperties.FILE), 1, "the line with its checksum is missing");
        }
        int remembered = properties.number(path, CYCLE_PROPERTY);
        return remembered > mark.cycle() ? new DurableMark.Known(mark.durable(), remembered, false) : mark;
    }

    private void load() throws IOException {
        properties = RememberedProperties.read(path);
        // Throws when something is missing.
        known(path, properties);
        if (!properties.isEmpty()) {
            if (!properties.isChecksummed()) {
                properties.write(disk, path);
            }
            watch.add(path.resolve(RememberedProperties.FILE));
        }
    }

    private static void closeQuietly(Disk.OpenFile file) {
        try {
            file.close();
        } catch (IOException ignored) {
            // The error that led here is the one to tell.
        }
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw JournalException.of(Reason.IO, "could not release the lock of " + path, e);
        }
    }
}
