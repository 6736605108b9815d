package io.assent.loadtest.fuzz.grpc;

import io.assent.loadtest.fuzz.Escaped;
import java.io.ByteArrayOutputStream;
import java.util.List;

/** One input: calls on a connection that is kept, or all the bytes of a connection of its own. */
sealed interface GrpcInput {

    /** How many bytes of each call are shown. */
    int SHOWN_BYTES = 3_000;

    InputKind kind();

    /** Everything that follows from the input's number. */
    byte[] bytes();

    String show();

    /**
     * Calls at the same time.
     *
     * @param kind its kind.
     * @param calls the calls.
     */
    record Calls(InputKind kind, List<Call> calls) implements GrpcInput {

        public Calls {
            calls = List.copyOf(calls);
        }

        @Override
        public byte[] bytes() {
            final ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (final Call call : calls) {
                all.writeBytes(call.block());
                all.writeBytes(call.body());
            }
            return all.toByteArray();
        }

        @Override
        public String show() {
            final StringBuilder text = new StringBuilder(kind.label() + ", " + calls.size() + " call(s)");
            for (final Call call : calls) {
                text.append("; must ").append(call.must()).append(", then ").append(call.then());
                text.append(call.endsStream() ? "" : ", left open").append(", block: ");
                text.append(Escaped.of(call.block(), SHOWN_BYTES)).append(" body: ");
                text.append(Escaped.of(call.body(), SHOWN_BYTES));
            }
            return text.toString();
        }
    }

    /**
     * Bytes of a connection of their own, its preface included.
     *
     * @param kind its kind.
     * @param bytes the bytes.
     * @param ending what is done when they are sent.
     */
    record Raw(InputKind kind, byte[] bytes, Ending ending) implements GrpcInput {

        @Override
        public String show() {
            return kind.label() + ", then " + ending + ": " + Escaped.of(bytes, SHOWN_BYTES);
        }
    }

    /** How an input of raw bytes ends. */
    enum Ending {
        /** The server must end the connection, because of what it was sent. */
        AWAIT_END,
        /** Our side is ended, and the server must end the other. */
        END_OUTPUT,
        /** Frames are read for a moment; then as above. */
        MOMENT,
        /** The connection is broken. */
        RESET
    }
}
