package io.assent.loadtest.fuzz.grpc;

import io.assent.loadtest.fuzz.BrokenRule;
import io.assent.loadtest.net.Response.Header;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A connection to a server of HTTP/2 on the loopback address: any bytes go out, and what comes back is read strictly. Windows are kept, settings and
 * pings acknowledged, for as long as the caller reads. One thread, except {@link #close}.
 */
final class Http2Connection implements AutoCloseable {

    private static final int CONNECT_MS = 10_000;
    private static final int READ_BYTES = 16 << 10;
    private static final int HEADER_LIST_BYTES_MAX = 64 << 10;
    /** More than any reply has. */
    private static final int OWN_WINDOW = 1 << 30;

    private static final int USUAL_WINDOW = 65_535;
    private static final int STREAM_MASK = Integer.MAX_VALUE;

    private final Socket socket = new Socket();
    private final Duration limit;
    private final InputStream in;
    private final OutputStream out;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, HEADER_LIST_BYTES_MAX);
    private final Map<Integer, Reply> open = new HashMap<>();
    private final Map<Integer, Long> windows = new HashMap<>();
    /** Streams of which we want to hear no more; what was under way still comes. */
    private final Set<Integer> dropped = new HashSet<>();

    private byte[] read = new byte[READ_BYTES];
    private int start;
    private int end;
    private ByteArrayOutputStream block;
    private int blockStream;
    private boolean blockEnds;
    private int lastStream = -1;
    private long window = USUAL_WINDOW;
    private long initialWindow = USUAL_WINDOW;
    /** Whether streams are ours to know; raw bytes may open any. */
    private boolean greeted;

    private boolean goingAway;
    private boolean ended;

    /** Connects and says nothing. */
    Http2Connection(final int port, final Duration limit) throws IOException {
        this.limit = limit;
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) limit.toMillis());
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MS);
            out = socket.getOutputStream();
            in = socket.getInputStream();
        } catch (final IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Says what a client says first, and waits for the server's settings. */
    void greet() throws IOException, BrokenRule {
        final ByteArrayOutputStream greeting = new ByteArrayOutputStream();
        greeting.writeBytes(Frames.preface());
        greeting.writeBytes(Frames.settings(Frames.INITIAL_WINDOW_SIZE, OWN_WINDOW));
        greeting.writeBytes(Frames.windowUpdate(0, OWN_WINDOW));
        write(greeting.toByteArray());
        greeted = true;
        final Frame first = frame();
        if (first == null || first.type() != Frames.SETTINGS) {
            throw new BrokenRule("a server's first frame must be its settings, found " + first);
        }
        take(first);
    }

    // ---- out

    void write(final byte[] bytes) throws IOException {
        out.write(bytes);
    }

    /** Sends a call; its end may come before everything is sent. Returns its stream. */
    int send(final Call call) throws IOException, BrokenRule {
        lastStream += 2;
        final int stream = lastStream;
        final Reply reply = new Reply();
        open.put(stream, reply);
        windows.put(stream, initialWindow);
        final byte[] body = call.body();
        write(Frames.headers(stream, call.block(), call.endsStream() && body.length == 0));
        final int part = Math.min(Frames.PAYLOAD_BYTES_MAX, Math.max(1, body.length / call.segments()));
        int from = 0;
        while (from < body.length && !reply.isOver() && !ended) {
            final long permitted = Math.min(window, windows.getOrDefault(stream, 0L));
            if (permitted <= 0) {
                readSome();
                continue;
            }
            final int to = from + (int) Math.min(permitted, Math.min(part, body.length - from));
            final boolean last = to == body.length && call.endsStream();
            write(Frames.frame(Frames.DATA, last ? Frames.END_STREAM : 0, stream, Arrays.copyOfRange(body, from, to)));
            window -= to - from;
            windows.merge(stream, (long) from - to, Long::sum);
            from = to;
        }
        if (from < body.length && !ended) {
            // Answered before it was whole: nothing more is to be said on it.
            write(Frames.reset(stream, Frames.CANCEL));
        }
        return stream;
    }

    /** Ends a stream; nothing on it is of interest any more. */
    void cancel(final int stream) throws IOException {
        final Reply reply = open.remove(stream);
        windows.remove(stream);
        dropped.add(stream);
        if (reply != null && !reply.isOver()) {
            write(Frames.reset(stream, Frames.CANCEL));
        }
    }

    void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Closes so that the server sees a broken connection, not an ended one. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    // ---- in

    /** What came back on a stream; it is forgotten here. */
    Reply taken(final int stream) {
        windows.remove(stream);
        final Reply reply = open.remove(stream);
        if (!reply.isAnswered()) {
            dropped.add(stream);
        }
        return reply;
    }

    /** Reads until every one of these streams is over, or the connection is. */
    void await(final Collection<Integer> streams) throws IOException, BrokenRule {
        final long deadline = System.nanoTime() + limit.toNanos();
        while (!ended && !streams.stream().allMatch(stream -> open.get(stream).isOver())) {
            if (System.nanoTime() > deadline) {
                throw new SocketTimeoutException("frames come, but not the awaited ones");
            }
            readSome();
        }
    }

    /** Reads what comes within a moment. */
    void readFor(final Duration moment) throws IOException, BrokenRule {
        final long deadline = System.nanoTime() + moment.toNanos();
        try {
            while (!ended && System.nanoTime() < deadline) {
                socket.setSoTimeout((int) moment.toMillis());
                readSome();
            }
        } catch (final SocketTimeoutException over) {
            // The moment is.
        } finally {
            if (!socket.isClosed()) {
                socket.setSoTimeout((int) limit.toMillis());
            }
        }
    }

    /** Reads to the end; returns how many frames came. */
    int readToEnd(final int framesMax) throws IOException, BrokenRule {
        final long deadline = System.nanoTime() + limit.toNanos();
        int frames = 0;
        while (frame() != null) {
            frames++;
            if (frames > framesMax || System.nanoTime() > deadline) {
                throw new BrokenRule("the server must end the connection, but sent " + frames + " frames and goes on");
            }
        }
        return frames;
    }

    /** Whether the server has said that it takes no more calls, or closed. */
    boolean isGoingAway() {
        return goingAway || ended;
    }

    /** Whether the server has closed, in order or not. */
    boolean isEnded() {
        return ended;
    }

    private void readSome() throws IOException, BrokenRule {
        final Frame frame = frame();
        if (frame != null) {
            take(frame);
        }
    }

    /** One frame of the server. */
    private record Frame(int type, int flags, int stream, byte[] payload) {

        boolean has(final int flag) {
            return (flags & flag) != 0;
        }

        @Override
        public String toString() {
            return "a frame of type " + type + " with flags " + flags + " on stream " + stream + " with "
                    + payload.length + " bytes";
        }
    }

    /** Null at the end of the connection. */
    private Frame frame() throws IOException, BrokenRule {
        if (!fill(Frames.HEADER_BYTES)) {
            return null;
        }
        final ByteBuffer header = ByteBuffer.wrap(read, start, end - start);
        final int lengthAndType = header.getInt();
        final int length = lengthAndType >>> 8;
        final int flags = header.get() & 0xff;
        final int stream = header.getInt() & STREAM_MASK;
        if (length > Frames.PAYLOAD_BYTES_MAX) {
            throw new BrokenRule("a frame must not be longer than " + Frames.PAYLOAD_BYTES_MAX + ", found " + length);
        }
        if (!fill(Frames.HEADER_BYTES + length)) {
            return null;
        }
        final int from = start + Frames.HEADER_BYTES;
        final Frame frame =
                new Frame(lengthAndType & 0xff, flags, stream, Arrays.copyOfRange(read, from, from + length));
        start = from + length;
        return frame;
    }

    /** False at the end of the connection, which may cut a frame. */
    private boolean fill(final int count) throws IOException {
        while (end - start < count) {
            if (start > 0) {
                System.arraycopy(read, start, read, 0, end - start);
                end -= start;
                start = 0;
            }
            if (count > read.length) {
                read = Arrays.copyOf(read, count + READ_BYTES);
            }
            final int more;
            try {
                more = in.read(read, end, read.length - end);
            } catch (final SocketTimeoutException e) {
                throw e;
            } catch (final IOException broken) {
                ended = true;
                return false;
            }
            if (more < 0) {
                ended = true;
                return false;
            }
            end += more;
        }
        return true;
    }

    private void take(final Frame frame) throws IOException, BrokenRule {
        if (block != null && frame.type() != Frames.CONTINUATION) {
            throw new BrokenRule("a header block must be sent in one piece, but within it came " + frame);
        }
        switch (frame.type()) {
            case Frames.DATA -> {
                final Reply reply = reply(frame);
                if (reply != null) {
                    reply.data(unpadded(frame), frame.has(Frames.END_STREAM));
                }
            }
            case Frames.HEADERS -> {
                block = new ByteArrayOutputStream();
                blockStream = frame.stream();
                blockEnds = frame.has(Frames.END_STREAM);
                append(unpadded(frame), frame.has(Frames.END_HEADERS));
            }
            case Frames.CONTINUATION -> append(frame.payload(), frame.has(Frames.END_HEADERS));
            case Frames.RST_STREAM -> {
                final Reply reply = open.get(frame.stream());
                if (reply != null) {
                    reply.reset(number(frame) & 0xffff_ffffL);
                }
            }
            case Frames.SETTINGS -> settings(frame);
            case Frames.PING -> {
                if (!frame.has(Frames.ACK)) {
                    writeIfOpen(Frames.frame(Frames.PING, Frames.ACK, 0, frame.payload()));
                }
            }
            case Frames.GOAWAY -> goingAway = true;
            case Frames.WINDOW_UPDATE -> {
                if (frame.stream() == 0) {
                    window += number(frame);
                } else {
                    final long more = number(frame);
                    windows.computeIfPresent(frame.stream(), (stream, now) -> now + more);
                }
            }
            default -> throw new BrokenRule("nobody asked for " + frame);
        }
    }

    private Reply reply(final Frame frame) throws BrokenRule {
        final Reply reply = open.get(frame.stream());
        if (reply == null && greeted && !dropped.contains(frame.stream())) {
            throw new BrokenRule("no call waits on the stream of " + frame);
        }
        return reply;
    }

    private void append(final byte[] part, final boolean ends) throws BrokenRule {
        if (block == null) {
            throw new BrokenRule("a header block was continued that had not begun");
        }
        block.writeBytes(part);
        if (!ends) {
            return;
        }
        final List<Header> headers = decoded(block.toByteArray());
        final Reply reply = reply(new Frame(Frames.HEADERS, 0, blockStream, part));
        block = null;
        if (reply != null) {
            reply.headers(headers, blockEnds);
        }
    }

    private List<Header> decoded(final byte[] bytes) throws BrokenRule {
        final Http2Headers headers;
        try {
            headers = decoder.decodeHeaders(blockStream, Unpooled.wrappedBuffer(bytes));
        } catch (final Http2Exception e) {
            throw new BrokenRule("a header block must be right: " + e.getMessage(), e);
        }
        final List<Header> list = new ArrayList<>();
        for (final Map.Entry<CharSequence, CharSequence> field : headers) {
            list.add(new Header(field.getKey().toString(), field.getValue().toString()));
        }
        return list;
    }

    private static byte[] unpadded(final Frame frame) {
        if (!frame.has(Frames.PADDED)) {
            return frame.payload();
        }
        final int padding = frame.payload()[0] & 0xff;
        return Arrays.copyOfRange(frame.payload(), 1, frame.payload().length - padding);
    }

    private void settings(final Frame frame) throws IOException {
        if (frame.has(Frames.ACK)) {
            return;
        }
        final ByteBuffer entries = ByteBuffer.wrap(frame.payload());
        while (entries.remaining() >= Frames.ENTRY_BYTES) {
            final int identifier = entries.getShort();
            final int value = entries.getInt();
            if (identifier == Frames.INITIAL_WINDOW_SIZE) {
                final long more = value - initialWindow;
                windows.replaceAll((stream, now) -> now + more);
                initialWindow = value;
            }
        }
        writeIfOpen(Frames.settingsAck());
    }

    /** The server may have closed behind what we read. */
    private void writeIfOpen(final byte[] bytes) {
        try {
            write(bytes);
        } catch (final IOException closed) {
            // Reading tells what came before the end.
        }
    }

    private static int number(final Frame frame) throws BrokenRule {
        if (frame.payload().length != Integer.BYTES) {
            throw new BrokenRule("four bytes were expected in " + frame);
        }
        return ByteBuffer.wrap(frame.payload()).getInt();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (final IOException gone) {
            // Nothing is left to close.
        }
    }
}
