package io.assent.journal;

import io.assent.journal.JournalException.Reason;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Properties;
import java.util.TreeSet;

/**
 * The directory of one server: a lock that only one process holds, a few remembered properties, and the journal's files below it.
 *
 * <p>Properties are written to a temporary file, forced, renamed, and the directory forced, so that a crash leaves the old or the new ones.
 */
public final class DataDirectory implements AutoCloseable {
    private static final String LOCK_FILE = "server.lock";
    private static final String PROPERTIES_FILE = "assent.properties";

    private final Path path;
    private final FileChannel lockChannel;
    private final FileLock lock;
    private final Properties properties = new Properties();

    private DataDirectory(Path path, FileChannel lockChannel, FileLock lock) {
        this.path = path;
        this.lockChannel = lockChannel;
        this.lock = lock;
    }

    /** Creates the directory when it is missing, and takes its lock. */
    public static DataDirectory open(Path path) {
        FileChannel channel = null;
        try {
            Files.createDirectories(path);
            channel = FileChannel.open(
                    path.resolve(LOCK_FILE),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                String holder = readAll(channel);
                channel.close();
                throw new JournalException(Reason.LOCKED, "data directory " + path + " is in use by " + holder.strip());
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(
                            ("process " + ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.UTF_8)),
                    0);
            DataDirectory directory = new DataDirectory(path, channel, lock);
            directory.load();
            return directory;
        } catch (IOException e) {
            closeQuietly(channel);
            throw new JournalException(Reason.NOT_WRITABLE, "data directory " + path + " is not writable: " + e, e);
        }
    }

    /**
     * Removes what the directory holds: the journal and the remembered properties, nothing else that may lie there. Refused while another
     * process holds the lock.
     *
     * @return one sentence of what was removed
     */
    public static String reset(Path path) {
        try (DataDirectory directory = open(path)) {
            Path journal = directory.journalPath();
            Files.deleteIfExists(path.resolve(PROPERTIES_FILE));
            forceDirectory(path);
            int files = 0;
            long bytes = 0;
            if (Files.isDirectory(journal)) {
                try (DirectoryStream<Path> stream = Files.newDirectoryStream(journal, Files::isRegularFile)) {
                    for (Path file : stream) {
                        bytes += Files.size(file);
                        Files.delete(file);
                        files++;
                    }
                }
                forceDirectory(journal);
            }
            return "removed the journal of " + path + ": " + files + " files, " + (bytes >> 10) + " KiB";
        } catch (IOException e) {
            throw new JournalException(Reason.NOT_WRITABLE, "data directory " + path + " could not be reset: " + e, e);
        }
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    public Path path() {
        return path;
    }

    /** Where the journal's files are. */
    public Path journalPath() {
        return path.resolve("journal");
    }

    /** A remembered property, or null. */
    public String property(String name) {
        return properties.getProperty(name);
    }

    /** Remembers a property, durably. */
    public void remember(String name, String value) {
        if (value.equals(properties.getProperty(name))) {
            return;
        }
        properties.setProperty(name, value);
        StringBuilder text = new StringBuilder();
        for (String key : new TreeSet<>(properties.stringPropertyNames())) {
            text.append(key).append('=').append(properties.getProperty(key)).append('\n');
        }
        Path temporary = path.resolve(PROPERTIES_FILE + ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(
                    temporary,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.TRUNCATE_EXISTING)) {
                channel.write(ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8)));
                channel.force(true);
            }
            Files.move(
                    temporary,
                    path.resolve(PROPERTIES_FILE),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            forceDirectory(path);
        } catch (IOException e) {
            throw new JournalException(Reason.IO, "could not remember " + name + " in " + path + ": " + e, e);
        }
    }

    /** Makes created and deleted names durable. */
    static void forceDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private void load() throws IOException {
        Path file = path.resolve(PROPERTIES_FILE);
        if (Files.exists(file)) {
            properties.load(new StringReader(Files.readString(file)));
        }
    }

    private static String readAll(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(256);
        channel.read(bytes, 0);
        String text = StandardCharsets.UTF_8.decode(bytes.flip()).toString();
        return text.isBlank() ? "another process" : text;
    }

    private static void closeQuietly(FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException ignored) {
                // The error that led here is the one to tell.
            }
        }
    }

    @Override
    public void close() {
        try {
            lock.release();
            lockChannel.close();
        } catch (IOException e) {
            throw new JournalException(Reason.IO, "could not release the lock of " + path, e);
        }
    }
}
