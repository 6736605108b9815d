package io.assent.transport.front;

import io.assent.engine.Limits;
import io.assent.engine.Utf8;

/**
 * Who does an administrator's act and why, as the request says it; within the bounds of the log.
 *
 * @param name "" when not given
 * @param reason "" when not given
 */
public record Actor(String name, String reason) {
    /** The request does not say. */
    public static final Actor UNNAMED = new Actor("", "");

    /** Either may be null. */
    public static Actor of(String name, String reason) {
        return name == null && reason == null
                ? UNNAMED
                : new Actor(bounded(name, Limits.ACTOR_CHARS_MAX), bounded(reason, Limits.REASON_CHARS_MAX));
    }

    private static String bounded(String text, int charsMax) {
        return text == null ? "" : Utf8.truncate(text, charsMax);
    }
}
