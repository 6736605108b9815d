package io.assent.loadtest.addresses;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/** A file that plays the name server of a Java process: it is read anew at each lookup. */
final class NameFile {

    private final Path file;
    private final String name;

    NameFile(final Path directory, final String name) {
        this.file = directory.resolve("hosts");
        this.name = name;
    }

    /** What makes a process that is started with it look here, and only here. */
    Map<String, String> environment() {
        return Map.of("JDK_JAVA_OPTIONS", "\"-Djdk.net.hosts.file=" + file.toAbsolutePath() + '"');
    }

    /** From now on the name has these addresses. */
    void write(final List<String> addresses) throws IOException {
        final StringBuilder lines = new StringBuilder("127.0.0.1 localhost\n");
        addresses.forEach(
                address -> lines.append(address).append(' ').append(name).append('\n'));
        final Path whole = file.resolveSibling("hosts.new");
        Files.writeString(whole, lines);
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
