package io.assent.transport.front;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The {@code Date} of responses, put together once a second. One per event loop. */
final class HttpDate {
    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT);

    private long second = Long.MIN_VALUE;
    private String text;

    /** The date at a moment, in milliseconds since 1970. */
    String at(long epochMs) {
        long asked = Math.floorDiv(epochMs, 1_000);
        if (asked != second) {
            second = asked;
            text = FORMAT.format(Instant.ofEpochSecond(asked).atOffset(ZoneOffset.UTC));
        }
        return text;
    }
}
