package io.assent.client.internal;

/** A text is not JSON, or a Java value has no JSON form; the message says where and why. */
public final class JsonException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message what was expected and what was found.
     */
    public JsonException(final String message) {
        super(message);
    }
}
