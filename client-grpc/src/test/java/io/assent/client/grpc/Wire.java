package io.assent.client.grpc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** One connection to a local port, passed on byte by byte until it is cut. */
final class Wire implements AutoCloseable {

    private final ServerSocket listener;
    private final int to;
    private volatile Socket near;
    private volatile Socket far;

    Wire(final int to) throws IOException {
        this.to = to;
        listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        start(this::carry);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Ends the connection towards both sides; no other is taken. */
    void cut() {
        try {
            listener.close();
            near.close();
            far.close();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void carry() throws IOException {
        near = listener.accept();
        far = new Socket(InetAddress.getLoopbackAddress(), to);
        start(() -> far.getInputStream().transferTo(near.getOutputStream()));
        near.getInputStream().transferTo(far.getOutputStream());
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(final Work work) {
        final Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (final IOException e) {
                        // Cut.
                    }
                },
                "wire");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
