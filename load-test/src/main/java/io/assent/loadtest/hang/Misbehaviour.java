package io.assent.loadtest.hang;

import java.util.Locale;

/** What a participant does with a call instead of answering it in good order. */
public enum Misbehaviour {
    /** Takes the call and says nothing. */
    HANG(true),
    /** Breaks the connection by a reset. */
    RESET(false),
    /** Begins an answer and goes on with a byte a second. */
    TRICKLE(true),
    /** Sends headers without end; over gRPC 4 MiB of them, as there they come as one. */
    HEADERS(false),
    /** Sends a body without end. */
    BODY(false),
    /** Answers, and closes the connection. */
    CLOSE(false);

    private final boolean lasting;

    Misbehaviour(final boolean lasting) {
        this.lasting = lasting;
    }

    /**
     * Tells whether calls stay open until their time is over.
     *
     * @return whether they do; else new ones must come to keep it up.
     */
    public boolean lasting() {
        return lasting;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
