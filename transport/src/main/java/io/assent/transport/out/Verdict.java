package io.assent.transport.out;

import io.assent.engine.Outcome;

/** What a complete reply means (PROTOCOL 5.2): the table of rows 2 to 5, in its order. */
final class Verdict {
    private static final String FAILURE_SUFFIX = " FAILURE";

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

    static String text(Outcome outcome, ReplyBody body) {
        return switch (outcome) {
            case SUCCESS, WITHDRAWN -> "";
            case ONGOING -> "ONGOING";
            case FAILURE -> failure(body.text());
            case UNKNOWN -> body.text();
        };
    }

    /** Participants that end their text with the word themselves do not get it twice. */
    static String failure(String text) {
        String reason =
                text.endsWith(FAILURE_SUFFIX) ? text.substring(0, text.length() - FAILURE_SUFFIX.length()) : text;
        return reason + FAILURE_SUFFIX;
    }
}
