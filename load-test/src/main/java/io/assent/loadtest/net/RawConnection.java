package io.assent.loadtest.net;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/**
 * A connection to a server on the loopback address: any bytes go out, strictly read responses come back. One thread, except {@link
 * #abort}.
 */
public final class RawConnection implements AutoCloseable {

    private static final int CONNECT_MS = 10_000;

    private final Socket socket = new Socket();
    private final OutputStream out;
    private final ResponseReader reader;

    /**
     * Connects.
     *
     * @param port where the server listens.
     * @param limit how long a response may take to come.
     * @throws IOException if the server takes no connection.
     */
    public RawConnection(final int port, final Duration limit) throws IOException {
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) limit.toMillis());
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MS);
            out = socket.getOutputStream();
            reader = new ResponseReader(socket.getInputStream());
        } catch (final IOException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Sends bytes as they are.
     *
     * @param bytes what to send.
     * @param from the first of them.
     * @param to behind the last of them.
     * @throws IOException if the server has closed.
     */
    public void write(final byte[] bytes, final int from, final int to) throws IOException {
        out.write(bytes, from, to - from);
    }

    /**
     * Sends bytes as they are.
     *
     * @param bytes what to send.
     * @throws IOException if the server has closed.
     */
    public void write(final byte[] bytes) throws IOException {
        out.write(bytes);
    }

    /**
     * Reads the responses.
     *
     * @return their reader.
     */
    public ResponseReader responses() {
        return reader;
    }

    /**
     * Changes how long a response may take to come.
     *
     * @param limit the new limit.
     * @throws IOException if the connection is closed.
     */
    public void limit(final Duration limit) throws IOException {
        socket.setSoTimeout((int) Math.max(1, limit.toMillis()));
    }

    /**
     * Ends our side; the server may still answer.
     *
     * @throws IOException if the connection is gone.
     */
    public void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    /**
     * Closes so that the server sees a broken connection, not an ended one.
     *
     * @throws IOException if it cannot be closed.
     */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Frees whoever is blocked in it. Any thread. */
    public void abort() {
        close();
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
