package io.assent.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;

/** Opens one port at several addresses, when any port will do: one that is free at the first may be taken at the next. */
public final class FreePort {
    private static final int ATTEMPTS = 20;

    private FreePort() {}

    /** Opens a port at all addresses or at none. */
    @FunctionalInterface
    public interface Opening {
        void open(int port) throws IOException;
    }

    /** Opens the port, or any free one when it is 0. */
    public static void open(List<InetAddress> addresses, int port, Opening opening) throws IOException {
        if (port != 0 || addresses.size() == 1) {
            opening.open(port);
            return;
        }
        for (int attempt = 1; ; attempt++) {
            try {
                opening.open(freeAt(addresses.get(0)));
                return;
            } catch (IOException taken) {
                if (attempt == ATTEMPTS) {
                    throw taken;
                }
            }
        }
    }

    private static int freeAt(InetAddress address) throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, address)) {
            return probe.getLocalPort();
        }
    }
}
