package io.assent.loadtest.net;

import io.assent.loadtest.net.Response.Header;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads the responses of one connection and accepts nothing that HTTP/1.1 does not allow: no bare CR or LF, no folded line, no control
 * character, exactly one Content-Length and no other framing, for that is how the server frames. One thread.
 *
 * <p>Unlike {@link HttpFrame}, which finds borders as fast as it can, this one is made to find faults.
 */
public final class ResponseReader {

    private static final int HEAD_BYTES_MAX = 64 * 1024;
    private static final int BODY_BYTES_MAX = 64 * 1024 * 1024;
    private static final int READ_BYTES = 16 * 1024;
    private static final String TOKEN = "!#$%&'*+-.^_`|~";
    private static final byte[] NOTHING = new byte[0];

    private final InputStream in;
    private byte[] bytes = new byte[READ_BYTES];
    private int start;
    private int end;

    /**
     * Makes a reader.
     *
     * @param in where the bytes come from; its time-out bounds the waiting.
     */
    public ResponseReader(final InputStream in) {
        this.in = in;
    }

    /**
     * Reads the next response.
     *
     * @param bodiless whether it answers HEAD: it tells the length of a body that does not come.
     * @return the response, or null when the connection has ended before its first byte.
     * @throws IOException if the connection breaks, or nothing comes within its time-out.
     * @throws MalformedResponse if what comes is no whole, well-formed response.
     */
    public Response read(final boolean bodiless) throws IOException, MalformedResponse {
        final int headEnd = awaitHead();
        if (headEnd < 0) {
            return null;
        }
        final String head = new String(bytes, start, headEnd - start - 4, StandardCharsets.ISO_8859_1);
        start = headEnd;
        final String[] lines = head.split("\r\n", -1);
        final int status = status(lines[0]);
        final List<Header> headers = new ArrayList<>(lines.length - 1);
        for (int i = 1; i < lines.length; i++) {
            headers.add(header(lines[i]));
        }
        if (status < 200) {
            if (!headers.isEmpty()) {
                throw new MalformedResponse("an interim response has no headers here, found " + headers);
            }
            return new Response(status, headers, NOTHING);
        }
        final int length = contentLength(headers);
        return new Response(status, headers, bodiless ? NOTHING : body(length));
    }

    /**
     * Waits for the end of the connection.
     *
     * @return whether it ended; false when more bytes came instead.
     * @throws IOException if it breaks, or neither happens within its time-out.
     */
    public boolean awaitEnd() throws IOException {
        return start == end && !fill();
    }

    private int awaitHead() throws IOException, MalformedResponse {
        int searched = start + 3;
        while (true) {
            for (int i = Math.max(searched, start + 3); i < end; i++) {
                if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n' && bytes[i - 3] == '\r') {
                    return i + 1;
                }
            }
            if (end - start > HEAD_BYTES_MAX) {
                throw new MalformedResponse("a head of at most " + HEAD_BYTES_MAX + " bytes was expected");
            }
            final int held = end - start;
            if (!fill()) {
                if (held == 0) {
                    return -1;
                }
                throw new MalformedResponse("the connection ended within a head of which " + held + " bytes came");
            }
            searched = start + held;
        }
    }

    private byte[] body(final int length) throws IOException, MalformedResponse {
        while (end - start < length) {
            if (!fill()) {
                throw new MalformedResponse("the connection ended within a body: Content-Length is " + length + ", but "
                        + (end - start) + " bytes came");
            }
        }
        final byte[] body = length == 0 ? NOTHING : Arrays.copyOfRange(bytes, start, start + length);
        start += length;
        return body;
    }

    private boolean fill() throws IOException {
        if (start > 0) {
            System.arraycopy(bytes, start, bytes, 0, end - start);
            end -= start;
            start = 0;
        }
        if (bytes.length - end < READ_BYTES) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, end + READ_BYTES));
        } else if (end == 0 && bytes.length > HEAD_BYTES_MAX) {
            bytes = new byte[READ_BYTES];
        }
        final int read = in.read(bytes, end, bytes.length - end);
        if (read < 0) {
            return false;
        }
        end += read;
        return true;
    }

    private static int status(final String line) throws MalformedResponse {
        final boolean shaped = line.length() >= 13
                && line.startsWith("HTTP/1.1 ")
                && isDigit(line.charAt(9))
                && isDigit(line.charAt(10))
                && isDigit(line.charAt(11))
                && line.charAt(12) == ' ';
        if (!shaped) {
            throw new MalformedResponse("a status line was expected, found '" + line + "'");
        }
        requirePrintable(line, "the status line");
        final int status = Integer.parseInt(line.substring(9, 12));
        if (status < 100 || status > 599) {
            throw new MalformedResponse("a status from 100 to 599 was expected, found " + status);
        }
        return status;
    }

    private static Header header(final String line) throws MalformedResponse {
        final int colon = line.indexOf(':');
        if (colon <= 0) {
            throw new MalformedResponse("a header field was expected, found '" + line + "'");
        }
        final String name = line.substring(0, colon);
        for (int i = 0; i < name.length(); i++) {
            final char c = name.charAt(i);
            final boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            if (!letter && !isDigit(c) && TOKEN.indexOf(c) < 0) {
                throw new MalformedResponse("the name of a header field must be a token, found '" + name + "'");
            }
        }
        final String value = line.substring(colon + 1);
        requirePrintable(value, name);
        return new Header(name, value.strip());
    }

    /** Visible ASCII, blanks and tabs: whatever else a client sent must have been escaped before it comes back in a head. */
    private static void requirePrintable(final String text, final String what) throws MalformedResponse {
        for (int i = 0; i < text.length(); i++) {
            final char c = text.charAt(i);
            if ((c < ' ' && c != '\t') || c > '~') {
                throw new MalformedResponse(
                        what + " must be printable ASCII, found byte " + (int) c + " in '" + text + "'");
            }
        }
    }

    private static int contentLength(final List<Header> headers) throws MalformedResponse {
        String length = null;
        for (final Header header : headers) {
            if (header.name().equalsIgnoreCase("Transfer-Encoding")) {
                throw new MalformedResponse("no Transfer-Encoding was expected, found " + header.value());
            }
            if (header.name().equalsIgnoreCase("Content-Length")) {
                if (length != null) {
                    throw new MalformedResponse("one Content-Length was expected, found a second one");
                }
                length = header.value();
            }
        }
        if (length == null) {
            throw new MalformedResponse("a Content-Length was expected, found " + headers);
        }
        if (length.isEmpty() || length.length() > 9 || !length.chars().allMatch(c -> isDigit((char) c))) {
            throw new MalformedResponse("a Content-Length in digits was expected, found '" + length + "'");
        }
        final int bytes = Integer.parseInt(length);
        if (bytes > BODY_BYTES_MAX) {
            throw new MalformedResponse("a body of at most " + BODY_BYTES_MAX + " bytes was expected, found " + bytes);
        }
        return bytes;
    }

    private static boolean isDigit(final char c) {
        return c >= '0' && c <= '9';
    }
}
