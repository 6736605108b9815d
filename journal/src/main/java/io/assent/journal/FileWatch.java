package io.assent.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Remembers files as they stand under their names, and notices when one was removed, or another put in its place: what is written into an open file
 * without a name is lost at the next start. Safe for many threads.
 */
final class FileWatch {
    private final Map<Path, Object> keys = new TreeMap<>();

    /** From now on this file is to stay. */
    synchronized void add(Path path) throws IOException {
        keys.put(path, key(path));
    }

    /** One sentence of what is not there any more, or "". */
    synchronized String missing() {
        for (Map.Entry<Path, Object> entry : keys.entrySet()) {
            try {
                if (!Objects.equals(key(entry.getKey()), entry.getValue())) {
                    return entry.getKey() + " was replaced by another file while the server used it";
                }
            } catch (NoSuchFileException e) {
                return entry.getKey() + " was removed while the server used it";
            } catch (IOException e) {
                return entry.getKey() + " can not be found any more: " + e;
            }
        }
        return "";
    }

    /** What tells a file from another of the same name; null where the file system has no such thing. */
    private static Object key(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }
}
