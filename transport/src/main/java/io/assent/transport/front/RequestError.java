package io.assent.transport.front;

import io.assent.engine.Rejection;

/** A request that can not be understood, found deep inside a parser. Carries no stack trace: it is an answer, not a fault. */
public final class RequestError extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Rejection rejection;

    RequestError(String code, String text) {
        this(Rejection.error(code, text));
    }

    RequestError(Rejection rejection) {
        super(rejection.text(), null, false, false);
        this.rejection = rejection;
    }

    /** For those who read another protocol. */
    public static RequestError of(String code, String text) {
        return new RequestError(code, text);
    }

    public Rejection rejection() {
        return rejection;
    }
}
