package io.assent.journal;

import io.assent.journal.JournalException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * The text file in which a data directory remembers a few properties: a line each, {@code name=value}, and a last line with the CRC32C of those
 * before it. Early versions wrote no such line. Written to a temporary file, forced, renamed, and the directory forced, so that a crash leaves the
 * old or the new ones. What can not be read is damage, named by file and line, never a default.
 */
final class RememberedProperties {
    static final String FILE = "assent.properties";

    private static final String CHECKSUM = "checksum";
    private static final Pattern LINE = Pattern.compile("([a-z.]+)=([!-~]+)");

    private final Map<String, String> values = new TreeMap<>();
    private boolean checksummed;

    /** The properties of a directory; none when it has no such file. */
    static RememberedProperties read(Path directory) throws IOException {
        RememberedProperties properties = new RememberedProperties();
        Path path = directory.resolve(FILE);
        if (Files.exists(path)) {
            properties.parse(path, new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1));
        }
        return properties;
    }

    String get(String name) {
        return values.get(name);
    }

    /** A property that is a number; -1 when it is missing. */
    int number(Path directory, String name) {
        String value = values.get(name);
        if (value == null) {
            return -1;
        }
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            int line = values.keySet().stream().toList().indexOf(name) + 1;
            throw damaged(directory.resolve(FILE), line, "'" + name + "=" + value + "' is no number");
        }
    }

    void put(String name, String value) {
        values.put(name, value);
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    /** Whether the file says by itself that it is whole. */
    boolean isChecksummed() {
        return checksummed;
    }

    void write(Disk disk, Path directory) throws IOException {
        StringBuilder text = new StringBuilder();
        values.forEach(
                (name, value) -> text.append(name).append('=').append(value).append('\n'));
        String checksum = checksum(text.toString());
        text.append(CHECKSUM).append('=').append(checksum).append('\n');
        Path temporary = directory.resolve(FILE + ".tmp");
        ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.ISO_8859_1));
        try (Disk.OpenFile file = disk.open(temporary, true)) {
            file.truncate(0);
            file.write(bytes, 0);
            file.force();
        }
        disk.rename(temporary, directory.resolve(FILE));
        disk.forceDirectory(directory);
        checksummed = true;
    }

    private void parse(Path path, String text) {
        int line = 0;
        int start = 0;
        while (start < text.length()) {
            line++;
            int end = text.indexOf('\n', start);
            Matcher matcher = LINE.matcher(text.substring(start, end < 0 ? text.length() : end));
            if (end < 0 || checksummed || !matcher.matches()) {
                throw damaged(
                        path,
                        line,
                        "expected a line like 'name=value', found '"
                                + text.substring(start).strip() + "'" + (end < 0 ? " without its end" : ""));
            }
            if (matcher.group(1).equals(CHECKSUM)) {
                String expected = checksum(text.substring(0, start));
                if (!matcher.group(2).equals(expected)) {
                    throw damaged(
                            path,
                            line,
                            "the lines before it have the checksum " + expected + ", but it says " + matcher.group(2));
                }
                checksummed = true;
            } else {
                values.put(matcher.group(1), matcher.group(2));
            }
            start = end + 1;
        }
        if (values.isEmpty()) {
            throw damaged(path, 1, "it is empty");
        }
    }

    private static String checksum(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.ISO_8859_1));
        return String.format(Locale.ROOT, "%08x", crc.getValue());
    }

    static JournalException damaged(Path path, int line, String what) {
        return new JournalException(Reason.DAMAGED, "journal damaged: " + path + " line " + line + ": " + what);
    }
}
