package io.assent.loadtest.fuzz.http;

import io.assent.loadtest.fuzz.BrokenRule;
import io.assent.loadtest.fuzz.FuzzSender;
import io.assent.loadtest.fuzz.Tally;
import io.assent.loadtest.fuzz.http.HttpInput.Ending;
import io.assent.loadtest.net.MalformedResponse;
import io.assent.loadtest.net.RawConnection;
import io.assent.loadtest.net.Response;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;

/**
 * Sends inputs on one connection, kept from input to input as long as both sides keep it, and judges the answers: one for each whole request, in
 * order; the end of the connection only where somebody said so. One thread, except {@link #abort}.
 */
final class HttpSender implements FuzzSender {

    private static final Duration MOMENT = Duration.ofMillis(15);
    /** More answers than any input has requests. */
    private static final int ANSWERS_MAX = 10_000;

    private final InputGenerator generator;
    private final int port;
    private final Duration limit;
    private final Tally tally;
    private final ResponseRules rules = new ResponseRules();

    private volatile RawConnection connection;

    HttpSender(final InputGenerator generator, final int port, final Duration limit, final Tally tally) {
        this.generator = generator;
        this.port = port;
        this.limit = limit;
        this.tally = tally;
    }

    @Override
    public void send(final long number) throws BrokenRule, IOException {
        final HttpInput input = generator.input(number);
        tally.input(input.kind().label());
        if (connection == null) {
            connection = new RawConnection(port, limit);
            tally.connection();
        }
        final RawConnection used = connection;
        final boolean kept;
        try {
            kept = exchange(used, input);
        } catch (final SocketTimeoutException e) {
            throw new BrokenRule(
                    "an answer, or the end of the connection, must come within " + limit.toSeconds() + " s", e);
        } catch (final MalformedResponse e) {
            throw new BrokenRule("the response is malformed: " + e.getMessage(), e);
        }
        if (!kept) {
            close();
        }
    }

    /** True when the connection can be used on. */
    private boolean exchange(final RawConnection used, final HttpInput input)
            throws IOException, BrokenRule, MalformedResponse {
        final boolean written = write(used, input);
        switch (input.ending()) {
            case CLOSE -> {
                return false;
            }
            case RESET -> {
                used.reset();
                return false;
            }
            case ABANDON -> {
                abandon(used, input.pieces().get(0));
                return false;
            }
            case KEEP, END_OUTPUT -> {}
        }
        final boolean ends = input.ending() == Ending.END_OUTPUT && written;
        final int endBefore = input.mayWait() ? input.pieces().size() - 1 : 0;
        for (int i = 0; i < input.pieces().size(); i++) {
            final Piece piece = input.pieces().get(i);
            if (ends && i == endBefore) {
                endOutput(used);
            }
            final boolean on = switch (piece.must()) {
                case ANSWER -> takeAnswer(used, piece, i);
                case REFUSE -> takeRefusal(used, piece);
                case WHATEVER -> takeWhatever(used, piece);
            };
            if (!on) {
                return false;
            }
        }
        return input.ending() == Ending.KEEP;
    }

    /** False when the server closed before everything was sent; what it answered may still be there to be read. */
    private static boolean write(final RawConnection used, final HttpInput input) {
        final byte[] bytes = input.bytes();
        try {
            for (int i = 0; i < input.segments(); i++) {
                final int from = (int) ((long) bytes.length * i / input.segments());
                final int to = (int) ((long) bytes.length * (i + 1) / input.segments());
                used.write(bytes, from, to);
            }
            return true;
        } catch (final IOException closed) {
            return false;
        }
    }

    private static void endOutput(final RawConnection used) {
        try {
            used.endOutput();
        } catch (final IOException closed) {
            // The server was first; reading tells whether it may.
        }
    }

    /** One answer; true when the connection stays. */
    private boolean takeAnswer(final RawConnection used, final Piece piece, final int index)
            throws IOException, BrokenRule, MalformedResponse {
        final long start = System.nanoTime();
        Response response = read(used, piece, index);
        if (response.status() < 200) {
            if (response.status() != 100 || !piece.waitsForContinue()) {
                throw new BrokenRule("request " + index + " did not ask for an interim answer, found "
                        + ResponseRules.shown(response));
            }
            response = read(used, piece, index);
        }
        tally.answer(Integer.toString(response.status()), System.nanoTime() - start);
        rules.check(response, piece);
        if (response.closes()) {
            if (!piece.closes() && response.status() / 100 != 4) {
                throw new BrokenRule("nobody asked that the connection be closed behind request " + index + ", found "
                        + ResponseRules.shown(response));
            }
            awaitEnd(used);
            return false;
        }
        if (piece.closes()) {
            throw new BrokenRule(
                    "request " + index + " asked that the connection be closed, but the answer does not say so: "
                            + ResponseRules.shown(response));
        }
        return true;
    }

    private static Response read(final RawConnection used, final Piece piece, final int index)
            throws IOException, BrokenRule, MalformedResponse {
        final Response response = readOrEnd(used, piece.head());
        if (response == null) {
            throw new BrokenRule("request " + index + " must be answered, but the server closed the connection");
        }
        return response;
    }

    /** Null at the end of the connection. Broken off it must not be: it would take answers away that are not read yet. */
    private static Response readOrEnd(final RawConnection used, final boolean bodiless)
            throws IOException, BrokenRule, MalformedResponse {
        try {
            return used.responses().read(bodiless);
        } catch (final SocketTimeoutException e) {
            throw e;
        } catch (final IOException e) {
            throw new BrokenRule("the server must end a connection, not break it: " + e.getMessage(), e);
        }
    }

    /** A 4xx and the end. */
    private boolean takeRefusal(final RawConnection used, final Piece piece)
            throws BrokenRule, MalformedResponse, IOException {
        final Response response = readOrEnd(used, piece.head());
        if (response == null) {
            throw new BrokenRule("a request with broken framing must be refused, but the server closed without a word");
        }
        tally.answer(Integer.toString(response.status()), 0);
        rules.check(response, piece);
        if (response.status() / 100 != 4 || !response.closes()) {
            throw new BrokenRule("a request with broken framing must be refused by a 4xx that closes, found "
                    + ResponseRules.shown(response));
        }
        awaitEnd(used);
        return false;
    }

    /** Any well-formed answers, and the end. */
    private boolean takeWhatever(final RawConnection used, final Piece piece)
            throws BrokenRule, MalformedResponse, IOException {
        for (int answers = 0; answers < ANSWERS_MAX; answers++) {
            final Response response = readOrEnd(used, false);
            if (response == null) {
                tally.answer("end", 0);
                return false;
            }
            if (response.status() >= 200) {
                tally.answer(Integer.toString(response.status()), 0);
                rules.check(response, piece);
            }
        }
        throw new BrokenRule("one input was answered more than " + ANSWERS_MAX + " times");
    }

    private static void awaitEnd(final RawConnection used) throws BrokenRule, SocketTimeoutException {
        try {
            if (!used.responses().awaitEnd()) {
                throw new BrokenRule("behind an answer that says close the connection must end, but more bytes came");
            }
        } catch (final SocketTimeoutException e) {
            throw e;
        } catch (final IOException broken) {
            // That is an end too.
        }
    }

    /** Reads for a moment, so that the server is at work when the client goes. */
    private void abandon(final RawConnection used, final Piece piece) throws BrokenRule, MalformedResponse {
        try {
            used.limit(MOMENT);
            final Response response = used.responses().read(false);
            if (response != null) {
                tally.answer(Integer.toString(response.status()), 0);
                rules.check(response, piece);
            }
        } catch (final IOException patienceIsOver) {
            tally.answer("abandoned", 0);
        }
    }

    @Override
    public void abort() {
        close();
    }

    @Override
    public void close() {
        final RawConnection open = connection;
        connection = null;
        if (open != null) {
            open.close();
        }
    }
}
