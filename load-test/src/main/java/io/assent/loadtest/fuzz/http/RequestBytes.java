package io.assent.loadtest.fuzz.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes a request byte by byte as told, right or wrong. Each char of a text is one byte. */
final class RequestBytes {

    private final StringBuilder head = new StringBuilder(256);
    private byte[] body;
    private boolean framed;

    private RequestBytes(final String startLine) {
        head.append(startLine).append("\r\n");
    }

    static RequestBytes of(final String method, final String target) {
        return line(method + " " + target + " HTTP/1.1").field("Host", "localhost");
    }

    /** With a start line of any form, and no Host. */
    static RequestBytes line(final String startLine) {
        return new RequestBytes(startLine);
    }

    RequestBytes field(final String name, final String value) {
        head.append(name).append(": ").append(value).append("\r\n");
        return this;
    }

    /** Text as it is; it brings its own line end. */
    RequestBytes raw(final String text) {
        head.append(text);
        return this;
    }

    /** The body, with its Content-Length unless {@link #framed} was called. */
    RequestBytes body(final byte[] bytes) {
        body = bytes;
        return this;
    }

    /** Whoever calls this says by other fields where the body ends. */
    RequestBytes framed() {
        framed = true;
        return this;
    }

    byte[] bytes() {
        if (body != null && !framed) {
            field("Content-Length", Integer.toString(body.length));
        }
        final ByteArrayOutputStream bytes =
                new ByteArrayOutputStream(head.length() + 2 + (body == null ? 0 : body.length));
        bytes.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        if (body != null) {
            bytes.writeBytes(body);
        }
        return bytes.toByteArray();
    }
}
