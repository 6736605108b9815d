package io.assent.loadtest.fuzz;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Catches what {@link LoopbackGuard} should have refused. The server is told that this is its proxy for everything that is not on the loopback
 * address, and that no name but localhost exists; so a call of another host ends here, and the run fails. Nothing is passed on.
 */
final class ProxyTrap implements AutoCloseable {

    private static final int CAUGHT_MAX = 16;
    private static final int READ_MS = 2_000;

    private final ServerSocket listener = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    private final List<String> caught = new CopyOnWriteArrayList<>();

    ProxyTrap() throws IOException {
        final Thread thread = new Thread(this::serve, "proxy-trap");
        thread.setDaemon(true);
        thread.start();
    }

    /** What the server needs in its environment; writes the file of known names. */
    Map<String, String> environment(final Path directory) throws IOException {
        final Path names = Files.writeString(directory.resolve("hosts"), "127.0.0.1 localhost\n");
        final String proxy = "http://127.0.0.1:" + listener.getLocalPort();
        final Map<String, String> environment = new HashMap<>();
        for (final String variable : List.of("HTTP_PROXY", "HTTPS_PROXY")) {
            environment.put(variable, proxy);
            environment.put(variable.toLowerCase(Locale.ROOT), proxy);
        }
        for (final String variable : List.of("NO_PROXY", "no_proxy", "IS_DOCKER")) {
            environment.put(variable, "");
        }
        final String before = System.getenv("JAVA_TOOL_OPTIONS");
        environment.put(
                "JAVA_TOOL_OPTIONS",
                (before == null ? "" : before + " ") + "-Djdk.net.hosts.file=" + names.toAbsolutePath());
        return environment;
    }

    /** First lines of the requests that were caught. */
    List<String> caught() {
        return caught;
    }

    private void serve() {
        while (!listener.isClosed()) {
            try (Socket call = listener.accept()) {
                call.setSoTimeout(READ_MS);
                String line;
                try {
                    line = new BufferedReader(new InputStreamReader(call.getInputStream(), StandardCharsets.ISO_8859_1))
                            .readLine();
                } catch (final IOException silent) {
                    line = "(nothing was said)";
                }
                if (caught.size() < CAUGHT_MAX) {
                    caught.add(String.valueOf(line));
                }
            } catch (final IOException closed) {
                // The run is over, or the caller is gone; the loop tells which.
            }
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
