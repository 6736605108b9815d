package io.assent.client;

/** The coordinator answered ONGOING (425): a branch said that it is still working; the transaction goes on by itself. */
public final class StillOngoing extends AssentException {

    private static final long serialVersionUID = 1L;

    StillOngoing(final String message, final int httpStatus) {
        super(message, httpStatus, null);
    }
}
