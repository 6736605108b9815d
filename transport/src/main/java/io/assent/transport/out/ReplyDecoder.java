package io.assent.transport.out;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * Reads one HTTP/1.x reply after the other from the bytes of one connection, in pieces of any size. It is written by hand because a reply
 * is all we ever read, and because every rule about where a reply ends is a rule about whether its outcome may be believed.
 *
 * <p>Interim replies (1xx) are skipped. The body goes to a {@link ReplyBody}, without its chunks and compression; nothing else of it is kept.
 */
final class ReplyDecoder {
    private static final int HEAD_BYTES_MAX = 64 << 10;
    private static final int CHUNK_LINE_BYTES_MAX = 4 << 10;
    private static final byte TLS_ALERT = 0x15;
    private static final byte TLS_HANDSHAKE = 0x16;
    private static final long UNKNOWN_LENGTH = -1;

    private enum Part {
        STATUS_LINE,
        HEADER_LINES,
        FIXED_BODY,
        BODY_UNTIL_CLOSE,
        CHUNK_SIZE,
        CHUNK_DATA,
        CHUNK_END,
        TRAILERS,
        ENDED
    }

    /** Buffers that the connections of a loop share, because a decoder uses them only within one call. */
    static final class Scratch {
        final byte[] piece = new byte[8 << 10];
        final byte[] inflated = new byte[8 << 10];
    }

    private final Scratch scratch;
    private final int bodyBytesMax;
    private final ReplyBody body;
    private byte[] line = new byte[256];
    private int lineLength;
    private Part part = Part.ENDED;
    private int bodyBytesKept;
    private int headBytes;
    private boolean started;
    private int status;
    private boolean keepAlive;
    private long contentLength;
    private boolean chunked;
    private long remaining;
    private long bodyBytes;
    private int keepAliveTimeoutS;
    private String location;
    /** The values of these headers, where they are heeded, or null. */
    private String retryAfter;

    private String date;
    /** The encodings that the reply names, with commas between, or null. */
    private String encodings;
    /** Whether the latest header line was one that names them. */
    private boolean encodingRead;

    private ContentDecoding content;

    ReplyDecoder(Scratch scratch, int bodyBytesMax, int textBytesMax) {
        this.scratch = scratch;
        this.bodyBytesMax = bodyBytesMax;
        this.body = new ReplyBody(bodyBytesMax, textBytesMax);
    }

    /** A request has been written; its reply comes next. */
    void expectReply() {
        expectReply(0);
    }

    /** The same for a reply of whose body at least this much is to be kept. */
    void expectReply(int bytesKept) {
        bodyBytesKept = bytesKept;
        started = false;
        headBytes = 0;
        lineLength = 0;
        expectHead();
    }

    private void expectHead() {
        part = Part.STATUS_LINE;
        status = 0;
        keepAlive = false;
        contentLength = UNKNOWN_LENGTH;
        chunked = false;
        keepAliveTimeoutS = 0;
        location = null;
        retryAfter = null;
        date = null;
        encodings = null;
        encodingRead = false;
        bodyBytes = 0;
        body.reset(bodyBytesKept);
        close();
    }

    /** Whether a first byte of the reply (or of an interim one) has come. */
    boolean started() {
        return started;
    }

    /** 0 as long as the final status is not known. */
    int status() {
        return status;
    }

    ReplyBody body() {
        return body;
    }

    /** Whether the connection may carry another request after this reply. */
    boolean keepAlive() {
        return keepAlive;
    }

    /** Seconds the peer keeps an idle connection; 0 when it does not say. */
    int keepAliveTimeoutS() {
        return keepAliveTimeoutS;
    }

    /** Where a 3xx reply points to, or null. */
    String location() {
        return location;
    }

    /** Whether the reply says that the request is to be sent to another place. */
    boolean redirects() {
        return location != null && (status == 301 || status == 302 || status == 303 || status == 307 || status == 308);
    }

    /** How long the peer asks to be left alone; 0 when it does not. */
    int retryAfterS() {
        return retryAfter == null ? 0 : RetryAfter.seconds(retryAfter, date, System.currentTimeMillis());
    }

    /** Whether the head is complete. */
    boolean headRead() {
        return part.compareTo(Part.HEADER_LINES) > 0;
    }

    /** Frees the memory of a decompression that was cut short. */
    void close() {
        if (content != null) {
            content.close();
            content = null;
        }
    }

    /**
     * Reads what belongs to this reply.
     *
     * @return true when the reply is complete; bytes may be left then
     */
    boolean read(ByteBuf in) throws BrokenReply {
        while (in.isReadable() && part != Part.ENDED) {
            started = true;
            switch (part) {
                case STATUS_LINE -> {
                    if (lineLength == 0) {
                        firstByte(in.getByte(in.readerIndex()));
                    }
                    if (readLine(in, HEAD_BYTES_MAX)) {
                        statusLine();
                        lineLength = 0;
                        part = Part.HEADER_LINES;
                    }
                }
                case HEADER_LINES -> {
                    if (readLine(in, HEAD_BYTES_MAX)) {
                        boolean empty = lineLength == 0;
                        if (!empty) {
                            headerLine();
                        }
                        lineLength = 0;
                        if (empty) {
                            headEnded();
                        }
                    }
                }
                case FIXED_BODY -> {
                    readBody(in);
                    if (remaining == 0) {
                        ended();
                    }
                }
                case BODY_UNTIL_CLOSE -> {
                    remaining = Long.MAX_VALUE;
                    readBody(in);
                }
                case CHUNK_SIZE -> {
                    if (readLine(in, CHUNK_LINE_BYTES_MAX)) {
                        remaining = chunkSize();
                        lineLength = 0;
                        headBytes = 0;
                        part = remaining == 0 ? Part.TRAILERS : Part.CHUNK_DATA;
                    }
                }
                case CHUNK_DATA -> {
                    readBody(in);
                    if (remaining == 0) {
                        part = Part.CHUNK_END;
                    }
                }
                case CHUNK_END -> {
                    if (readLine(in, CHUNK_LINE_BYTES_MAX)) {
                        if (lineLength != 0) {
                            throw new BrokenReply("a chunk of the reply is longer than its size says");
                        }
                        headBytes = 0;
                        part = Part.CHUNK_SIZE;
                    }
                }
                case TRAILERS -> {
                    if (readLine(in, HEAD_BYTES_MAX)) {
                        boolean empty = lineLength == 0;
                        lineLength = 0;
                        if (empty) {
                            ended();
                        }
                    }
                }
                case ENDED -> throw new IllegalStateException("the reply has ended");
            }
        }
        return part == Part.ENDED;
    }

    /**
     * The peer closed the connection in good order.
     *
     * @return true when this completes the reply, because it said nothing about its length
     */
    boolean endOfStream() throws BrokenReply {
        if (part != Part.BODY_UNTIL_CLOSE) {
            return false;
        }
        ended();
        return true;
    }

    /** Whether the end of this reply is the end of the connection. */
    boolean endsWithConnection() {
        return part == Part.BODY_UNTIL_CLOSE;
    }

    /** Appends to the line up to its end, which is taken but not kept. */
    private boolean readLine(ByteBuf in, int bytesMax) throws BrokenReply {
        int toEnd = in.bytesBefore((byte) '\n');
        int count = toEnd < 0 ? in.readableBytes() : toEnd;
        headBytes += count + 1;
        if (headBytes > bytesMax) {
            throw new BrokenReply("the head of the reply is longer than " + bytesMax + " bytes");
        }
        if (lineLength + count > line.length) {
            line = Arrays.copyOf(line, Math.max(lineLength + count, line.length * 2));
        }
        in.readBytes(line, lineLength, count);
        lineLength += count;
        if (toEnd < 0) {
            return false;
        }
        in.skipBytes(1);
        if (lineLength > 0 && line[lineLength - 1] == '\r') {
            lineLength--;
        }
        return true;
    }

    /** Other protocols need not send a line at all, so they are known by how they begin. */
    private static void firstByte(byte first) throws BrokenReply {
        if (first == TLS_ALERT || first == TLS_HANDSHAKE) {
            throw new BrokenReply("the port speaks TLS, call it by https://");
        }
        if (first == 0) {
            throw new BrokenReply("the reply is not HTTP/1.x but looks like HTTP/2, as that of a gRPC port");
        }
    }

    private void statusLine() throws BrokenReply {
        boolean known = lineLength >= 12
                && line[0] == 'H'
                && line[1] == 'T'
                && line[2] == 'T'
                && line[3] == 'P'
                && line[4] == '/'
                && line[5] == '1'
                && line[6] == '.'
                && digit(line[7])
                && line[8] == ' '
                && digit(line[9])
                && digit(line[10])
                && digit(line[11])
                && (lineLength == 12 || line[12] == ' ');
        if (!known) {
            throw new BrokenReply("the reply is not HTTP/1.x");
        }
        status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + line[11] - '0';
        keepAlive = line[7] != '0';
    }

    private void headerLine() throws BrokenReply {
        int colon = 0;
        while (colon < lineLength && line[colon] != ':') {
            colon++;
        }
        if (line[0] == ' ' || line[0] == '\t') {
            // A folded line. None of the headers that decide anything is long enough for one.
            if (encodingRead) {
                throw new BrokenReply("Content-Encoding of the reply goes on in a second line");
            }
            return;
        }
        encodingRead = false;
        if (colon == lineLength) {
            throw new BrokenReply("a header line of the reply has no colon");
        }
        int from = colon + 1;
        int to = lineLength;
        while (from < to && (line[from] == ' ' || line[from] == '\t')) {
            from++;
        }
        while (to > from && (line[to - 1] == ' ' || line[to - 1] == '\t')) {
            to--;
        }
        if (named("content-length", colon)) {
            contentLength(from, to);
        } else if (named("transfer-encoding", colon)) {
            transferEncoding(from, to);
        } else if (named("connection", colon)) {
            connection(from, to);
        } else if (named("keep-alive", colon)) {
            keepAliveTimeoutS = keepAliveTimeout(from, to);
        } else if (named("location", colon)) {
            if (status / 100 == 3 && to > from) {
                location = new String(line, from, to - from, StandardCharsets.UTF_8);
            }
        } else if (RetryAfter.heeded(status) && named("retry-after", colon)) {
            retryAfter = value(from, to);
        } else if (RetryAfter.heeded(status) && named("date", colon)) {
            date = value(from, to);
        } else if (named("content-encoding", colon)) {
            String named = value(from, to);
            encodings = encodings == null ? named : encodings + ", " + named;
            encodingRead = true;
        }
    }

    private String value(int from, int to) {
        return new String(line, from, to - from, StandardCharsets.ISO_8859_1);
    }

    private void contentLength(int from, int to) throws BrokenReply {
        long value = 0;
        if (from == to || to - from > 18) {
            throw new BrokenReply("Content-Length of the reply is no length");
        }
        for (int i = from; i < to; i++) {
            if (!digit(line[i])) {
                throw new BrokenReply("Content-Length of the reply is no length");
            }
            value = value * 10 + line[i] - '0';
        }
        if (contentLength != UNKNOWN_LENGTH && contentLength != value) {
            throw new BrokenReply("the reply has two different Content-Lengths");
        }
        contentLength = value;
    }

    private void transferEncoding(int from, int to) throws BrokenReply {
        if (equal("chunked", from, to) && !chunked) {
            chunked = true;
        } else if (!equal("identity", from, to)) {
            throw new BrokenReply("Transfer-Encoding of the reply is not chunked");
        }
    }

    private void connection(int from, int to) {
        int start = from;
        for (int i = from; i <= to; i++) {
            if (i == to || line[i] == ',') {
                int first = start;
                int last = i;
                while (first < last && line[first] <= ' ') {
                    first++;
                }
                while (last > first && line[last - 1] <= ' ') {
                    last--;
                }
                if (equal("close", first, last)) {
                    keepAlive = false;
                    return;
                }
                if (equal("keep-alive", first, last)) {
                    keepAlive = true;
                }
                start = i + 1;
            }
        }
    }

    private int keepAliveTimeout(int from, int to) {
        String value = value(from, to);
        for (String parameter : value.split(",", -1)) {
            String text = parameter.strip();
            if (text.regionMatches(true, 0, "timeout=", 0, 8)) {
                try {
                    return Math.max(1, Integer.parseInt(text.substring(8).strip()));
                } catch (NumberFormatException noNumber) {
                    return 0;
                }
            }
        }
        return 0;
    }

    /** One layer of gzip or deflate is taken off. What else lies around a body may hide an outcome word, so such a reply says nothing. */
    private void beginDecoding() throws BrokenReply {
        if (encodings == null) {
            return;
        }
        for (String named : encodings.toLowerCase(Locale.ROOT).split(",")) {
            String encoding = named.strip();
            if (encoding.isEmpty() || encoding.equals("identity")) {
                continue;
            }
            boolean gzip = encoding.equals("gzip") || encoding.equals("x-gzip");
            if (content != null || !gzip && !encoding.equals("deflate")) {
                throw new BrokenReply("the reply has the Content-Encoding '" + encodings
                        + "', and only gzip or deflate can be taken off, one of them and once");
            }
            content = new ContentDecoding(gzip, scratch.inflated);
        }
    }

    private void headEnded() throws BrokenReply {
        if (status >= 100 && status < 200 && status != 101) {
            expectHead();
            return;
        }
        headBytes = 0;
        if (!redirects()) {
            beginDecoding();
        }
        if (chunked && contentLength != UNKNOWN_LENGTH) {
            keepAlive = false; // Somebody between us may have counted otherwise.
        }
        if (status == 101 || status == 204 || status == 304) {
            keepAlive &= status != 101;
            close();
            part = Part.ENDED;
        } else if (chunked) {
            part = Part.CHUNK_SIZE;
        } else if (contentLength == 0) {
            ended();
        } else if (contentLength > bodyBytesMax) {
            throw ReplyBody.tooLong(bodyBytesMax);
        } else if (contentLength > 0) {
            remaining = contentLength;
            part = Part.FIXED_BODY;
        } else {
            keepAlive = false;
            part = Part.BODY_UNTIL_CLOSE;
        }
    }

    private long chunkSize() throws BrokenReply {
        long size = 0;
        int i = 0;
        for (; i < lineLength && Character.digit(line[i], 16) >= 0; i++) {
            size = size * 16 + Character.digit(line[i], 16);
            if (size > bodyBytesMax) {
                throw ReplyBody.tooLong(bodyBytesMax);
            }
        }
        boolean ends = i == lineLength || line[i] == ';' || line[i] == ' ' || line[i] == '\t';
        if (i == 0 || !ends) {
            throw new BrokenReply("a chunk of the reply has no size");
        }
        return size;
    }

    private void readBody(ByteBuf in) throws BrokenReply {
        byte[] piece = scratch.piece;
        while (remaining > 0 && in.isReadable()) {
            int count = (int) Math.min(Math.min(in.readableBytes(), piece.length), remaining);
            in.readBytes(piece, 0, count);
            remaining -= count;
            bodyBytes += count;
            if (bodyBytes > bodyBytesMax) {
                throw ReplyBody.tooLong(bodyBytesMax);
            }
            if (content == null) {
                body.add(piece, 0, count);
            } else {
                content.add(piece, 0, count, body);
            }
        }
    }

    private void ended() throws BrokenReply {
        part = Part.ENDED;
        if (content != null) {
            content.finish();
            close();
        }
    }

    private boolean named(String lowerName, int end) {
        return equal(lowerName, 0, end);
    }

    private boolean equal(String lower, int from, int to) {
        if (to - from != lower.length()) {
            return false;
        }
        for (int i = 0; i < lower.length(); i++) {
            byte b = line[from + i];
            int folded = b >= 'A' && b <= 'Z' ? b + 32 : b;
            if (folded != lower.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean digit(byte b) {
        return b >= '0' && b <= '9';
    }
}
