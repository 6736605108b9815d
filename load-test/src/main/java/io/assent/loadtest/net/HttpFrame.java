package io.assent.loadtest.net;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One HTTP/1.1 message in a reused array: the start line, the head and the whole body. It knows just enough of HTTP to find
 * where a message ends: Content-Length, chunked bodies, and responses that have no body.
 *
 * <p>The bytes are copied into a heap array first, where scanning costs a fraction of what it does on a Netty buffer. Owned by one
 * event loop; its content is valid until the next call of {@link #parse}.
 */
public final class HttpFrame {

    /** The largest head that is read. */
    public static final int HEAD_BYTES_MAX = 32 * 1024;

    /** The largest body that is read. */
    public static final int BODY_BYTES_MAX = 16 * 1024 * 1024;

    private static final int FIRST_COPY = 2 * 1024;

    private byte[] bytes = new byte[FIRST_COPY];
    private int headEnd;
    private int startLineEnd;
    private int bodyStart;
    private int bodyLength;
    private boolean chunked;
    private boolean keepAlive;
    private int contentLength;

    /**
     * Takes one message from the front of a buffer if it is there whole.
     *
     * @param in the buffer; its reader index moves past the message.
     * @return whether a message was taken.
     * @throws IllegalArgumentException if the bytes are no HTTP message, or one over the bounds.
     */
    public boolean parse(final ByteBuf in) {
        final int available = in.readableBytes();
        int copied = Math.min(available, FIRST_COPY);
        in.getBytes(in.readerIndex(), bytes, 0, copied);
        headEnd = findHeadEnd(copied);
        if (headEnd < 0 && copied < available) {
            copied = Math.min(available, HEAD_BYTES_MAX);
            reserve(copied);
            in.getBytes(in.readerIndex(), bytes, 0, copied);
            headEnd = findHeadEnd(copied);
        }
        if (headEnd < 0) {
            if (available >= HEAD_BYTES_MAX) {
                throw new IllegalArgumentException("a head of more than " + HEAD_BYTES_MAX + " bytes");
            }
            return false;
        }
        parseHead();
        return chunked ? takeChunked(in) : takeSized(in, copied);
    }

    private boolean takeSized(final ByteBuf in, final int copied) {
        final int total = headEnd + contentLength;
        if (in.readableBytes() < total) {
            return false;
        }
        if (copied < total) {
            reserve(total);
            in.getBytes(in.readerIndex() + copied, bytes, copied, total - copied);
        }
        bodyStart = headEnd;
        bodyLength = contentLength;
        in.skipBytes(total);
        return true;
    }

    private boolean takeChunked(final ByteBuf in) {
        final int start = in.readerIndex();
        final int end = start + in.readableBytes();
        int at = start + headEnd;
        int length = 0;
        while (true) {
            final int lineEnd = in.indexOf(at, end, (byte) '\n');
            if (lineEnd < 0) {
                return false;
            }
            final int size = chunkSize(in, at, lineEnd);
            at = lineEnd + 1;
            if (size == 0) {
                return takeTrailer(in, at, end, length);
            }
            if (length + size > BODY_BYTES_MAX) {
                throw new IllegalArgumentException("a body of more than " + BODY_BYTES_MAX + " bytes");
            }
            if (end - at < size + 2) {
                return false;
            }
            reserve(headEnd + length + size);
            in.getBytes(at, bytes, headEnd + length, size);
            length += size;
            at += size + 2;
        }
    }

    private boolean takeTrailer(final ByteBuf in, final int from, final int end, final int length) {
        int at = from;
        while (true) {
            final int lineEnd = in.indexOf(at, end, (byte) '\n');
            if (lineEnd < 0) {
                return false;
            }
            final boolean empty = lineEnd - at <= 1;
            at = lineEnd + 1;
            if (empty) {
                in.readerIndex(at);
                bodyStart = headEnd;
                bodyLength = length;
                return true;
            }
        }
    }

    private static int chunkSize(final ByteBuf in, final int from, final int lineEnd) {
        int size = 0;
        int digits = 0;
        for (int i = from; i < lineEnd; i++) {
            final int digit = Character.digit(in.getByte(i), 16);
            if (digit < 0) {
                break;
            }
            size = size * 16 + digit;
            if (++digits > 7) {
                throw new IllegalArgumentException("a chunk size of more than 7 digits");
            }
        }
        if (digits == 0) {
            throw new IllegalArgumentException("a chunk without a size");
        }
        return size;
    }

    private int findHeadEnd(final int limit) {
        final byte[] b = bytes;
        for (int i = 3; i < limit; i++) {
            if (b[i] == '\n' && b[i - 1] == '\r' && b[i - 2] == '\n' && b[i - 3] == '\r') {
                return i + 1;
            }
        }
        return -1;
    }

    private void parseHead() {
        final byte[] b = bytes;
        int lineEnd = lineEnd(0);
        startLineEnd = lineEnd;
        keepAlive = b[lineEnd - 1] != '0';
        chunked = false;
        contentLength = 0;
        int line = lineEnd + 2;
        while (line < headEnd - 2) {
            lineEnd = lineEnd(line);
            final int first = b[line] | 0x20;
            if (first == 'c') {
                if (nameIs(line, "content-length:")) {
                    contentLength = number(line + 15, lineEnd);
                } else if (nameIs(line, "connection:")) {
                    keepAlive = !contains(line + 11, lineEnd, "close");
                }
            } else if (first == 't' && nameIs(line, "transfer-encoding:")) {
                chunked = contains(line + 18, lineEnd, "chunked");
            }
            line = lineEnd + 2;
        }
    }

    private int lineEnd(final int from) {
        final byte[] b = bytes;
        int i = from;
        while (b[i] != '\r') {
            i++;
        }
        return i;
    }

    private boolean nameIs(final int line, final String lowerCaseName) {
        for (int i = 0; i < lowerCaseName.length(); i++) {
            if (lower(bytes[line + i]) != lowerCaseName.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean contains(final int from, final int to, final String lowerCaseWord) {
        for (int i = from; i + lowerCaseWord.length() <= to; i++) {
            if (nameIs(i, lowerCaseWord)) {
                return true;
            }
        }
        return false;
    }

    private static int lower(final byte b) {
        return b >= 'A' && b <= 'Z' ? b + 32 : b;
    }

    private int number(final int from, final int to) {
        long value = 0;
        for (int i = from; i < to; i++) {
            final byte b = bytes[i];
            if (b == ' ') {
                continue;
            }
            if (b < '0' || b > '9') {
                throw new IllegalArgumentException("a Content-Length that is no number");
            }
            value = value * 10 + b - '0';
            if (value > BODY_BYTES_MAX) {
                throw new IllegalArgumentException("a body of more than " + BODY_BYTES_MAX + " bytes");
            }
        }
        return (int) value;
    }

    private void reserve(final int length) {
        if (bytes.length < length) {
            bytes = Arrays.copyOf(bytes, Math.max(length, bytes.length * 2));
        }
    }

    /**
     * Tells the status of a response.
     *
     * @return its three digits as a number.
     */
    public int status() {
        return (bytes[9] - '0') * 100 + (bytes[10] - '0') * 10 + bytes[11] - '0';
    }

    /**
     * Tells the target of a request: path and query.
     *
     * @return the part between method and version.
     */
    public String target() {
        int from = 0;
        while (bytes[from] != ' ' && from < startLineEnd) {
            from++;
        }
        int to = startLineEnd - 1;
        while (to > from && bytes[to] != ' ') {
            to--;
        }
        return to <= from ? "" : new String(bytes, from + 1, to - from - 1, StandardCharsets.UTF_8);
    }

    /**
     * Tells whether the target of a request begins with a path, without making a string of it.
     *
     * @param path the path in ASCII.
     * @return whether it does.
     */
    public boolean targetStartsWith(final byte[] path) {
        int from = 0;
        while (bytes[from] != ' ' && from < startLineEnd) {
            from++;
        }
        return startLineEnd - from - 1 >= path.length
                && Arrays.equals(bytes, from + 1, from + 1 + path.length, path, 0, path.length);
    }

    /**
     * Tells the method of a request.
     *
     * @return {@code GET}, {@code POST} and so on.
     */
    public String method() {
        int end = 0;
        while (bytes[end] != ' ' && end < startLineEnd) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.US_ASCII);
    }

    /**
     * Tells the body as text.
     *
     * @return the body read as UTF-8.
     */
    public String body() {
        return new String(bytes, bodyStart, bodyLength, StandardCharsets.UTF_8);
    }

    /**
     * Tells whether the connection stays open after this message.
     *
     * @return false for {@code Connection: close} and HTTP/1.0.
     */
    public boolean keepAlive() {
        return keepAlive;
    }
}
