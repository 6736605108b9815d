package io.assent.wire;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One keep-alive connection: bytes out, one reply back. It reads what HTTP/1.1 prescribes and nothing more, so a reply whose
 * Content-Length is wrong spoils the next one, which is what a client would see.
 */
final class RawConnection implements AutoCloseable {
    private static final int GENEROUS_MS = 30_000;

    private final Socket socket;
    private final InputStream in;

    RawConnection(int port) {
        try {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(GENEROUS_MS);
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends the chars as bytes and reads one reply. */
    RawReply exchange(String request, boolean bodyFollows) {
        try {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return reply(bodyFollows);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "no reply to " + request.lines().findFirst().orElse(""), e);
        }
    }

    private RawReply reply(boolean bodyFollows) throws IOException {
        String statusLine = line();
        if (!statusLine.matches("HTTP/1\\.1 \\d{3}( .*)?")) {
            throw new IOException("expected a status line, found '" + statusLine + "'");
        }
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw new IOException("expected a header, found '" + line + "'");
            }
            headers.computeIfAbsent(line.substring(0, colon).toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(line.substring(colon + 1).trim());
        }
        List<String> length = headers.get("content-length");
        if (length == null || length.size() != 1) {
            throw new IOException("expected one Content-Length, found " + headers);
        }
        byte[] body = in.readNBytes(bodyFollows ? Integer.parseInt(length.get(0)) : 0);
        return new RawReply(
                Integer.parseInt(statusLine.substring(9, 12)), headers, new String(body, StandardCharsets.ISO_8859_1));
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the connection ended after '" + line + "'");
            }
            line.append((char) c);
        }
        int end = line.length();
        return line.substring(0, end > 0 && line.charAt(end - 1) == '\r' ? end - 1 : end);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
