package io.assent.transport.front;

import io.netty.handler.codec.http.HttpHeaders;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;

/**
 * The body of a request without its compression.
 *
 * @param bytes that hold it, from the first on
 */
record RequestBody(byte[] bytes, int length) {
    /** Why a body can not be taken, as a status and a sentence. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        final int status;

        Refused(int status, String text) {
            super(text, null, false, false);
            this.status = status;
        }
    }

    /** Reads gzip and what is not compressed; what gets larger than the bound is read no further. */
    static RequestBody of(HttpHeaders headers, byte[] body, int length, int bytesMax) throws Refused {
        String encoding = String.join(", ", headers.getAll("Content-Encoding")).strip();
        if (length == 0 || encoding.isEmpty() || encoding.equalsIgnoreCase("identity")) {
            return new RequestBody(body, length);
        }
        if (!encoding.equalsIgnoreCase("gzip") && !encoding.equalsIgnoreCase("x-gzip")) {
            throw new Refused(
                    415,
                    "a body of Content-Encoding '" + JsonValues.shown(encoding)
                            + "' is not read; send it with gzip or without compression");
        }
        try (GZIPInputStream input = new GZIPInputStream(new ByteArrayInputStream(body, 0, length))) {
            byte[] plain = input.readNBytes(bytesMax + 1);
            if (plain.length > bytesMax) {
                throw new Refused(413, "the body has more than " + bytesMax + " bytes when it is decompressed");
            }
            return new RequestBody(plain, plain.length);
        } catch (IOException e) {
            throw new Refused(400, "the body is no whole gzip stream, as its Content-Encoding says");
        }
    }
}
