package io.assent.loadtest.fuzz.grpc;

import io.assent.loadtest.fuzz.BrokenRule;
import io.assent.loadtest.fuzz.FuzzSender;
import io.assent.loadtest.fuzz.Tally;
import io.assent.loadtest.fuzz.grpc.Call.Must;
import io.assent.loadtest.fuzz.grpc.GrpcInput.Calls;
import io.assent.loadtest.fuzz.grpc.GrpcInput.Raw;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Sends calls on one connection, kept from input to input as long as the server keeps it, and raw bytes on connections of their own; judges what comes
 * back: one answer to each whole call, the end of the connection only where the input is the cause. One thread, except {@link #abort}.
 */
final class GrpcSender implements FuzzSender {

    private static final Duration MOMENT = Duration.ofMillis(15);
    /** A connection is changed after so many inputs, so that connections come and go. */
    private static final int INPUTS_MAX = 500;

    private static final int CARRIED_SHOWN = 10;
    /** More than any raw input causes. */
    private static final int FRAMES_MAX = 100_000;

    private final InputGenerator generator;
    private final int port;
    private final Duration limit;
    private final Tally tally;
    private final ReplyRules rules = new ReplyRules();

    private volatile Http2Connection connection;
    /** What it has carried. */
    private final List<Long> inputs = new ArrayList<>();

    GrpcSender(final InputGenerator generator, final int port, final Duration limit, final Tally tally) {
        this.generator = generator;
        this.port = port;
        this.limit = limit;
        this.tally = tally;
    }

    @Override
    public void send(final long number) throws BrokenRule, IOException {
        final GrpcInput input = generator.input(number);
        tally.input(input.kind().label());
        try {
            if (input instanceof Calls calls) {
                try {
                    exchange(calls);
                } catch (final BrokenRule e) {
                    throw new BrokenRule(e.getMessage() + "; before it the connection carried inputs " + carried(), e);
                }
                inputs.add(number);
            } else if (input instanceof Raw raw) {
                close();
                exchange(raw);
                close();
            }
        } catch (final SocketTimeoutException e) {
            throw new BrokenRule(
                    "an answer, or the end of the connection, must come within " + limit.toSeconds() + " s", e);
        }
    }

    private List<Long> carried() {
        return inputs.subList(Math.max(0, inputs.size() - CARRIED_SHOWN), inputs.size());
    }

    private Http2Connection connect() throws IOException {
        connection = new Http2Connection(port, limit);
        inputs.clear();
        tally.connection();
        return connection;
    }

    // ---- calls

    private void exchange(final Calls input) throws IOException, BrokenRule {
        if (connection == null) {
            connect().greet();
        }
        final Http2Connection used = connection;
        final Map<Integer, Call> waiting = new LinkedHashMap<>();
        try {
            for (final Call call : input.calls()) {
                final int stream = used.send(call);
                switch (call.then()) {
                    case WAIT -> waiting.put(stream, call);
                    case CANCEL -> cancel(used, stream);
                    case ABANDON -> {
                        used.readFor(MOMENT);
                        cancel(used, stream);
                    }
                }
            }
            used.await(waiting.keySet());
        } catch (final SocketTimeoutException e) {
            throw e;
        } catch (final IOException e) {
            requireMayEnd(input, e.toString());
            tally.answer("end", 0);
            close();
            return;
        }
        if (used.isEnded()) {
            requireMayEnd(input, "the end");
        }
        boolean mayEndSoon = false;
        for (final Map.Entry<Integer, Call> call : waiting.entrySet()) {
            final Reply reply = used.taken(call.getKey());
            // To a server that never took the stream, what was already under way on it is an error of the connection.
            mayEndSoon |= call.getValue().must() == Must.END && reply.resetBy().isPresent();
            tally.answer(reply.isOver() ? rules.check(call.getValue(), reply) : "end", reply.nanos());
        }
        if (used.isGoingAway() || mayEndSoon || inputs.size() >= INPUTS_MAX) {
            requireMayEnd(input, used.isGoingAway() ? "GOAWAY" : "");
            close();
        }
    }

    private void cancel(final Http2Connection used, final int stream) throws IOException {
        used.cancel(stream);
        tally.answer("cancelled", 0);
    }

    /** Only a call that may not be gRPC may take its connection with it. */
    private static void requireMayEnd(final Calls input, final String found) throws BrokenRule {
        if (!found.isEmpty() && input.calls().stream().noneMatch(call -> call.must() == Must.END)) {
            throw new BrokenRule("calls over right HTTP/2 must leave the connection open, but there came " + found);
        }
    }

    // ---- raw bytes

    private void exchange(final Raw input) throws IOException, BrokenRule {
        final Http2Connection used = connect();
        try {
            used.write(input.bytes());
            switch (input.ending()) {
                case AWAIT_END -> {}
                case END_OUTPUT -> used.endOutput();
                case MOMENT -> {
                    used.readFor(MOMENT);
                    used.endOutput();
                }
                case RESET -> {
                    used.reset();
                    tally.answer("broken off", 0);
                    return;
                }
            }
        } catch (final SocketTimeoutException e) {
            throw e;
        } catch (final IOException closed) {
            // The server was first; reading tells what it said.
        }
        used.readToEnd(FRAMES_MAX);
        tally.answer("end", 0);
    }

    // ---- plain calls that must succeed

    /** One call after the other on a connection of its own. */
    void mustSucceed(final Call... calls) throws BrokenRule, IOException {
        try (Http2Connection plain = new Http2Connection(port, limit)) {
            plain.greet();
            for (final Call call : calls) {
                final int stream = plain.send(call);
                plain.await(List.of(stream));
                final Reply reply = plain.taken(stream);
                if (!reply.isOver() || !rules.check(call, reply).equals("grpc 0")) {
                    throw new BrokenRule("a plain call over gRPC must succeed, found " + reply.shown());
                }
            }
        } catch (final SocketTimeoutException e) {
            throw new BrokenRule("a plain call over gRPC must be answered within " + limit.toSeconds() + " s", e);
        }
    }

    @Override
    public void abort() {
        close();
    }

    @Override
    public void close() {
        final Http2Connection open = connection;
        connection = null;
        if (open != null) {
            open.close();
        }
    }
}
