package io.assent.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Bytes to the server and back, as no library would send them. */
final class RawClient {
    private static final int GENEROUS_MS = 30_000;

    private RawClient() {}

    /** Sends the bytes, reads until the server closes, and returns what came. */
    static String exchange(int port, String request) {
        return exchange(port, request, false);
    }

    static String exchange(int port, String request, boolean endsItsSide) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(GENEROUS_MS);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            if (endsItsSide) {
                socket.shutdownOutput();
            }
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
