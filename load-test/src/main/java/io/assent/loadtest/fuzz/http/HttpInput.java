package io.assent.loadtest.fuzz.http;

import io.assent.loadtest.fuzz.Escaped;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One input: what is sent on one connection, and how that ends.
 *
 * @param kind its kind.
 * @param pieces its parts in order; only the last one may be other than a whole request.
 * @param ending what is done when they are sent.
 * @param segments in how many writes they are sent.
 */
record HttpInput(InputKind kind, List<Piece> pieces, Ending ending, int segments) {

    private static final int SHOWN_BYTES = 3_000;

    /** How an input ends. */
    enum Ending {
        /** Every answer is awaited, and the connection is used on. */
        KEEP,
        /** Our side is ended, at once where no request may wait for branches; every answer is awaited, and the server's end too. */
        END_OUTPUT,
        /** The connection is closed at once. */
        CLOSE,
        /** The connection is broken at once. */
        RESET,
        /** The connection is closed a moment later, while the server is at work. */
        ABANDON
    }

    HttpInput {
        pieces = List.copyOf(pieces);
        for (int i = 0; i < pieces.size() - 1; i++) {
            if (pieces.get(i).must() != Piece.Must.ANSWER) {
                throw new IllegalArgumentException("piece " + i + " of " + pieces.size() + " must be a whole request");
            }
        }
    }

    static HttpInput kept(final InputKind kind, final Piece piece) {
        return new HttpInput(kind, List.of(piece), Ending.KEEP, 1);
    }

    /** With an ending that fits a piece of which nobody can say what becomes of it. */
    static HttpInput of(final InputKind kind, final List<Piece> pieces) {
        final boolean whole = pieces.get(pieces.size() - 1).must() != Piece.Must.WHATEVER;
        return new HttpInput(kind, pieces, whole ? Ending.KEEP : Ending.END_OUTPUT, 1);
    }

    HttpInput inSegments(final int newSegments) {
        return new HttpInput(kind, pieces, ending, newSegments);
    }

    /** Whether one of its requests may wait for branches: a client that has ended its side is not answered then. */
    boolean mayWait() {
        final String text = new String(bytes(), StandardCharsets.ISO_8859_1);
        return text.contains("submit") || text.contains("abort");
    }

    byte[] bytes() {
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (final Piece piece : pieces) {
            all.writeBytes(piece.bytes());
        }
        return all.toByteArray();
    }

    String show() {
        return kind.label() + ", " + pieces.size() + " piece(s), last must "
                + pieces.get(pieces.size() - 1).must() + ", then " + ending + ": " + Escaped.of(bytes(), SHOWN_BYTES);
    }
}
