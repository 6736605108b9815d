package io.assent.loadtest.fuzz.grpc;

import io.assent.loadtest.fuzz.BrokenRule;
import io.assent.loadtest.fuzz.Escaped;
import io.assent.loadtest.net.Response.Header;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** What has come back on one stream so far. One thread. */
final class Reply {

    private static final int SHOWN_BYTES = 600;
    private static final int DATA_BYTES_MAX = 64 << 20;

    private final List<List<Header>> blocks = new ArrayList<>();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private final long startNanos = System.nanoTime();
    private boolean ended;
    private long endNanos;
    private long reset = -1;

    void headers(final List<Header> block, final boolean ends) throws BrokenRule {
        requireOpen();
        blocks.add(block);
        end(ends);
    }

    void data(final byte[] bytes, final boolean ends) throws BrokenRule {
        requireOpen();
        if (blocks.isEmpty()) {
            throw new BrokenRule("an answer begins with headers, but data came first");
        }
        if (data.size() + bytes.length > DATA_BYTES_MAX) {
            throw new BrokenRule("an answer must be bounded, but this one is longer than " + DATA_BYTES_MAX);
        }
        data.writeBytes(bytes);
        end(ends);
    }

    /** Behind an answer it only says that nothing more needs to be sent. */
    void reset(final long error) {
        if (!isOver()) {
            reset = error;
            endNanos = System.nanoTime();
        }
    }

    private void requireOpen() throws BrokenRule {
        if (isOver()) {
            throw new BrokenRule("a call is answered once, but more came behind its end: " + shown());
        }
    }

    private void end(final boolean ends) {
        if (ends) {
            ended = true;
            endNanos = System.nanoTime();
        }
    }

    boolean isAnswered() {
        return ended;
    }

    boolean isOver() {
        return ended || reset >= 0;
    }

    /** The error of the reset that it ended with; empty when it was answered. */
    OptionalLong resetBy() {
        return reset < 0 ? OptionalLong.empty() : OptionalLong.of(reset);
    }

    List<List<Header>> blocks() {
        return blocks;
    }

    byte[] data() {
        return data.toByteArray();
    }

    long nanos() {
        return endNanos - startNanos;
    }

    String shown() {
        return blocks + " " + Escaped.of(data.toByteArray(), SHOWN_BYTES) + (reset < 0 ? "" : " reset " + reset);
    }
}
