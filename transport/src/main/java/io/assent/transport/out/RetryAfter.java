package io.assent.transport.out;

import io.netty.handler.codec.DateFormatter;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.TimeUnit;

/** The header by which a participant asks to be left alone for a while (RFC 9110, 10.2.3): seconds, or a date. */
final class RetryAfter {
    private static final int DIGITS_MAX = 9;

    private RetryAfter() {}

    /** Whether it is heeded beside this status: the participant has too much to do, and says so. */
    static boolean heeded(int status) {
        return status == 429 || status == 503;
    }

    /**
     * Rounded up; 0 for a date that has passed and for a value that is neither.
     *
     * @param value as received
     * @param date the {@code Date} of the reply or null: by it a date is measured where there is one, because the participant's clock need
     *     not be ours
     */
    static int seconds(String value, String date, long nowMs) {
        if (value.isEmpty()) {
            return 0;
        }
        if (value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return value.length() > DIGITS_MAX ? Integer.MAX_VALUE : Integer.parseInt(value);
        }
        Instant until = parsed(value);
        if (until == null) {
            return 0;
        }
        Instant told = date == null ? null : parsed(date);
        long waitMs = until.toEpochMilli() - (told == null ? nowMs : told.toEpochMilli());
        return (int) Math.max(0, Math.min(Integer.MAX_VALUE, TimeUnit.MILLISECONDS.toSeconds(waitMs + 999)));
    }

    /** Null when it is no date. */
    private static Instant parsed(String text) {
        if (text.isBlank()) {
            return null;
        }
        Date date = DateFormatter.parseHttpDate(text);
        return date == null ? null : date.toInstant();
    }
}
