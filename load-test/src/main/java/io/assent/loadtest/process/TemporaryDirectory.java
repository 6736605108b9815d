package io.assent.loadtest.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A fresh directory that is deleted with everything in it, at the latest when this process ends. */
public final class TemporaryDirectory implements AutoCloseable {

    private final Path path;
    private final Thread atEnd;

    /**
     * Makes the directory.
     *
     * @param prefix how its name begins.
     * @throws IOException if it cannot be made.
     */
    public TemporaryDirectory(final String prefix) throws IOException {
        path = Files.createTempDirectory(prefix);
        atEnd = new Thread(this::delete, "temporary-directory-end");
        Runtime.getRuntime().addShutdownHook(atEnd);
    }

    /**
     * Tells where it is.
     *
     * @return the directory.
     */
    public Path path() {
        return path;
    }

    /** Leaves the directory where it is, for someone to look at. */
    public void keep() {
        forgetHook();
    }

    @Override
    public void close() {
        delete();
        forgetHook();
    }

    private void forgetHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(atEnd);
        } catch (final IllegalStateException ending) {
            // The process is ending and the hook runs anyway; it finds nothing left.
        }
    }

    private void delete() {
        try (Stream<Path> files = Files.walk(path)) {
            for (final Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (final NoSuchFileException gone) {
            // Deleted already.
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot delete " + path, e);
        }
    }
}
