package io.assent.transport.out;

import io.assent.engine.MaskedUrl;
import io.assent.engine.Outcome;

/** What a complete reply means (PROTOCOL 5.2): the table of rows 2 to 5, in its order. */
final class Verdict {
    private static final String FAILURE_SUFFIX = " FAILURE";
    private static final int LOCATION_SHOWN_MAX = 512;

    private Verdict() {}

    static Outcome outcome(int status, ReplyBody body) {
        if (status == 425 || body.ongoingFound()) {
            return Outcome.ONGOING;
        }
        if (status == 409 || body.failureFound()) {
            return Outcome.FAILURE;
        }
        return status == 200 ? Outcome.SUCCESS : Outcome.UNKNOWN;
    }

    /** @param location where the reply points to, or null */
    static String text(Outcome outcome, int status, String location, ReplyBody body) {
        return switch (outcome) {
            case SUCCESS, WITHDRAWN -> "";
            case ONGOING -> "ONGOING";
            case FAILURE -> failure(body.text());
            case UNKNOWN -> unknown(status, location, body.text());
        };
    }

    private static String unknown(int status, String location, String body) {
        if (location != null) {
            return withStatus(status, "not followed to " + shown(location), body);
        }
        if (status / 100 == 2) {
            return withStatus(status, "only 200 is a success, every other 2xx is retried", body);
        }
        return status == 101
                ? withStatus(status, "another protocol, which nobody asked for", body)
                : withStatus(status, body);
    }

    /** The status stands in front of every text about a reply that decided nothing; what is empty is left out. */
    static String withStatus(int status, String... parts) {
        StringBuilder text = new StringBuilder("status ").append(status);
        for (String part : parts) {
            if (!part.isEmpty()) {
                text.append(": ").append(part);
            }
        }
        return text.toString();
    }

    /** A location as it may stand in a text. */
    static String shown(String location) {
        String text = location.strip();
        // Without a scheme it is shown as it came, but masked as what it will be followed as.
        String masked = text.startsWith("//") ? MaskedUrl.of("http:" + text).substring(5) : MaskedUrl.of(text);
        return masked.length() <= LOCATION_SHOWN_MAX ? masked : masked.substring(0, LOCATION_SHOWN_MAX) + "...";
    }

    /** Participants that end their text with the word themselves do not get it twice. */
    static String failure(String text) {
        String reason =
                text.endsWith(FAILURE_SUFFIX) ? text.substring(0, text.length() - FAILURE_SUFFIX.length()) : text;
        return reason + FAILURE_SUFFIX;
    }
}
