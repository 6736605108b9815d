package io.assent.engine;

import io.assent.engine.Answer.Verdict;

/**
 * A request we refuse: a value, never an exception.
 *
 * @param verdict the class of the answer
 * @param code stable, for programs: {@code field.rule}
 * @param text for people: names the field and the rule
 */
public record Rejection(Verdict verdict, String code, String text) {

    /** An error that decides nothing; SDKs search the body for marker words, so the text is kept free of them (PROTOCOL 2.0). */
    public static Rejection error(String code, String text) {
        return new Rejection(Verdict.ERROR, code, withoutMarkers(text));
    }

    /** A definite refusal; the text must contain FAILURE (PROTOCOL 2.0). */
    public static Rejection failure(String code, String text) {
        if (!text.contains("FAILURE")) {
            throw new IllegalArgumentException("a definite refusal must contain FAILURE: " + text);
        }
        return new Rejection(Verdict.FAILURE, code, text);
    }

    /** A bound is reached; the client may come again. */
    public static Rejection unavailable(String code, String text) {
        return new Rejection(Verdict.UNAVAILABLE, code, withoutMarkers(text));
    }

    /** The text with the words that SDKs take for an outcome spelt in another way. */
    public static String withoutMarkers(String text) {
        if (text.contains("FAILURE") || text.contains("ONGOING")) {
            return text.replace("FAILURE", "Failure").replace("ONGOING", "Ongoing");
        }
        return text;
    }
}
