package io.assent.loadtest.process;

import io.assent.loadtest.net.Protocol;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;

/** A server in a process of its own, on a data directory and ports of its own, and what it tells of itself. Safe for many threads. */
public final class ServerProcess implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final int ASK_MS = 20_000;
    private static final long POLL_MS = 100;

    private final ChildProcess process;
    private final int grpcPort;

    private ServerProcess(final ChildProcess process, final int grpcPort) {
        this.process = process;
        this.grpcPort = grpcPort;
    }

    /**
     * Starts a server on a fresh data directory and waits until it serves.
     *
     * @param command how to start it.
     * @param durability the durability level.
     * @param work an existing directory for data and output.
     * @param environment more environment variables.
     * @return the running server.
     * @throws IOException if it cannot be started.
     * @throws InterruptedException if interrupted.
     */
    public static ServerProcess start(
            final ServerCommand command,
            final String durability,
            final Path work,
            final Map<String, String> environment)
            throws IOException, InterruptedException {
        final int port = ChildProcess.freePort();
        final int grpcPort = ChildProcess.freePortBut(port);
        final ChildProcess process = ChildProcess.start(
                command.filled(work.resolve("data"), port, grpcPort, durability),
                environment,
                port,
                work.resolve("server.log"));
        try {
            process.awaitReady("/readyz", START_LIMIT);
        } catch (final IOException | InterruptedException | RuntimeException e) {
            process.close();
            throw e;
        }
        return new ServerProcess(process, grpcPort);
    }

    /**
     * Tells where it listens for HTTP.
     *
     * @return the port.
     */
    public int httpPort() {
        return process.port();
    }

    /**
     * Tells where it listens.
     *
     * @param protocol for what.
     * @return the port.
     */
    public int port(final Protocol protocol) {
        return switch (protocol) {
            case HTTP -> httpPort();
            case GRPC -> grpcPort;
        };
    }

    /**
     * Reads its metrics.
     *
     * @return the page.
     * @throws IOException if it does not answer with one.
     */
    public MetricsPage metrics() throws IOException {
        return metrics(URI.create("http://127.0.0.1:" + httpPort()));
    }

    /**
     * Reads the metrics of any server.
     *
     * @param server where it is.
     * @return the page.
     * @throws IOException if it does not answer with one.
     */
    public static MetricsPage metrics(final URI server) throws IOException {
        final HttpURLConnection request = open(server.resolve("/api/metrics"));
        try (InputStream body = request.getInputStream()) {
            return new MetricsPage(new String(body.readAllBytes(), StandardCharsets.UTF_8));
        } catch (final IllegalArgumentException e) {
            throw new IOException("/api/metrics: " + e.getMessage(), e);
        }
    }

    /**
     * Sends it a request of the DTM protocol.
     *
     * @param endpoint the last word of the path.
     * @param body the JSON body.
     * @return the status of the answer.
     * @throws IOException if there is no answer.
     */
    public int post(final String endpoint, final String body) throws IOException {
        final HttpURLConnection request =
                open(URI.create("http://127.0.0.1:" + httpPort() + "/api/dtmsvr/" + endpoint));
        request.setRequestMethod("POST");
        request.setRequestProperty("Content-Type", "application/json");
        request.setDoOutput(true);
        final byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        request.setFixedLengthStreamingMode(bytes.length);
        request.getOutputStream().write(bytes);
        final int status = request.getResponseCode();
        // Read to its end, the connection serves the next request too.
        try (InputStream answer = status < 400 ? request.getInputStream() : request.getErrorStream()) {
            if (answer != null) {
                answer.readAllBytes();
            }
        }
        return status;
    }

    /**
     * Asks it for something of the DTM protocol.
     *
     * @param endpoint the last word of the path, with its parameters.
     * @return the status of the answer.
     * @throws IOException if there is no answer.
     */
    public int get(final String endpoint) throws IOException {
        return status(URI.create("http://127.0.0.1:" + httpPort() + "/api/dtmsvr/" + endpoint));
    }

    /**
     * Asks any server for something, and reads it.
     *
     * @param at what.
     * @return the status of the answer.
     * @throws IOException if there is no answer.
     */
    public static int status(final URI at) throws IOException {
        final HttpURLConnection request = open(at);
        final int status = request.getResponseCode();
        try (InputStream answer = status < 400 ? request.getInputStream() : request.getErrorStream()) {
            if (answer != null) {
                answer.readAllBytes();
            }
        }
        return status;
    }

    /**
     * Tells whether it runs.
     *
     * @return whether the process is alive.
     */
    public boolean isAlive() {
        return process.isAlive();
    }

    /**
     * Tells how it ended.
     *
     * @return what it printed last.
     */
    public String ending() {
        return process.logTail();
    }

    private static HttpURLConnection open(final URI at) throws IOException {
        final HttpURLConnection request = (HttpURLConnection) at.toURL().openConnection(Proxy.NO_PROXY);
        request.setConnectTimeout(ASK_MS);
        request.setReadTimeout(ASK_MS);
        return request;
    }

    /**
     * Waits until no transaction is unfinished and no branch call is open or waiting.
     *
     * @param limit how long.
     * @throws IOException if it is still busy then, with what it is busy with.
     * @throws InterruptedException if interrupted.
     */
    public void awaitQuiet(final Duration limit) throws IOException, InterruptedException {
        final long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            final MetricsPage page = metrics();
            final double live = page.sum("assent_transactions_live");
            final double calls = page.sum("assent_calls_open") + page.sum("assent_calls_waiting");
            if (live == 0 && calls == 0) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new IOException(String.format(
                        "the server must come to rest within %d s, but has %.0f unfinished transactions and %.0f branch calls",
                        limit.toSeconds(), live, calls));
            }
            Thread.sleep(POLL_MS);
        }
    }

    /**
     * Makes it collect its garbage; needs a JDK.
     *
     * @throws IOException if it did not.
     * @throws InterruptedException if interrupted.
     */
    public void collectGarbage() throws IOException, InterruptedException {
        Jcmd.collectGarbage(javaPid());
    }

    /** The process itself, or its child where a launcher stays in front of it. */
    private long javaPid() {
        final ProcessHandle own = ProcessHandle.of(process.pid()).orElseThrow();
        return Stream.concat(Stream.of(own), own.descendants())
                .filter(handle -> handle.info().command().orElse("").endsWith("java"))
                .findFirst()
                .orElse(own)
                .pid();
    }

    @Override
    public void close() throws IOException {
        process.close();
    }
}
