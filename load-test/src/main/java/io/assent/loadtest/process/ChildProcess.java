package io.assent.loadtest.process;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A child process that serves HTTP on a loopback port, with its output in a file. {@link #kill} ends it with SIGKILL, a launcher script's own children
 * included; what still runs when this process ends is killed by a shutdown hook.
 */
public final class ChildProcess implements AutoCloseable {

    private static final Set<ChildProcess> RUNNING = ConcurrentHashMap.newKeySet();
    private static final int LOG_TAIL_BYTES = 4_000;
    private static final long POLL_MS = 20;
    private static final int ASK_MS = 2_000;

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> RUNNING.forEach(ChildProcess::killQuietly), "child-process-end"));
    }

    private final Process process;
    private final int port;
    private final Path log;

    private ChildProcess(final Process process, final int port, final Path log) {
        this.process = process;
        this.port = port;
        this.log = log;
    }

    /**
     * Starts a process.
     *
     * @param command the words of the command.
     * @param port the port it is going to serve.
     * @param log where its output is appended.
     * @return the process; it may not serve yet.
     * @throws IOException if the command cannot be executed.
     */
    public static ChildProcess start(final List<String> command, final int port, final Path log) throws IOException {
        return start(command, Map.of(), port, log);
    }

    /**
     * Starts a process with more in its environment.
     *
     * @param command the words of the command.
     * @param environment variables by name, beside and before those of this process.
     * @param port the port it is going to serve.
     * @param log where its output is appended.
     * @return the process; it may not serve yet.
     * @throws IOException if the command cannot be executed.
     */
    public static ChildProcess start(
            final List<String> command, final Map<String, String> environment, final int port, final Path log)
            throws IOException {
        final ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        final Process process = builder.start();
        process.getOutputStream().close();
        final ChildProcess child = new ChildProcess(process, port, log);
        RUNNING.add(child);
        return child;
    }

    /**
     * Finds a port that is free now.
     *
     * @return the port.
     * @throws IOException if there is none.
     */
    public static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    /**
     * Finds another port that is free now.
     *
     * @param taken a port that is free now too.
     * @return a port that is not this one.
     * @throws IOException if there is none.
     */
    public static int freePortBut(final int taken) throws IOException {
        int port;
        do {
            port = freePort();
        } while (port == taken);
        return port;
    }

    /**
     * Waits until a path answers 200.
     *
     * @param path the path to ask, {@code /readyz} for a server.
     * @param limit how long to wait.
     * @throws IOException if the process ends or the time is up, with the end of its output.
     * @throws InterruptedException if interrupted.
     */
    public void awaitReady(final String path, final Duration limit) throws IOException, InterruptedException {
        final long deadline = System.nanoTime() + limit.toNanos();
        while (System.nanoTime() < deadline) {
            if (!process.isAlive()) {
                throw new IOException(
                        "the process ended with exit code " + process.exitValue() + "; it printed:\n" + logTail());
            }
            if (answers(path)) {
                return;
            }
            Thread.sleep(POLL_MS);
        }
        throw new IOException("not ready after " + limit.toSeconds() + " s; it printed:\n" + logTail());
    }

    /** Asks on a connection that does not outlive the answer, so that the process is left as if nobody had asked. */
    private boolean answers(final String path) throws IOException {
        final HttpURLConnection request = (HttpURLConnection)
                URI.create("http://127.0.0.1:" + port + path).toURL().openConnection(Proxy.NO_PROXY);
        request.setRequestProperty("Connection", "close");
        request.setConnectTimeout(ASK_MS);
        request.setReadTimeout(ASK_MS);
        try {
            return request.getResponseCode() == HttpURLConnection.HTTP_OK;
        } catch (final IOException notYet) {
            // Expected until it listens; whoever waits has a deadline.
            return false;
        } finally {
            request.disconnect();
        }
    }

    /**
     * Ends the process and its children with SIGKILL and waits until they are gone.
     *
     * @throws IOException if it cannot be killed.
     */
    public void kill() throws IOException {
        final List<ProcessHandle> family = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        family.forEach(ProcessHandle::destroyForcibly);
        try {
            for (final ProcessHandle member : family) {
                member.onExit().get(10, TimeUnit.SECONDS);
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (final java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new IOException("process " + process.pid() + " does not end after SIGKILL", e);
        } finally {
            RUNNING.remove(this);
        }
    }

    private void killQuietly() {
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).forEach(ProcessHandle::destroyForcibly);
    }

    /**
     * Asks the process to end with SIGTERM, and kills it if it does not within the limit.
     *
     * @param limit how long it may take.
     * @return whether it ended by itself.
     * @throws IOException if it cannot be ended.
     */
    public boolean stop(final Duration limit) throws IOException {
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).forEach(ProcessHandle::destroy);
        boolean ended = false;
        try {
            ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        kill();
        return ended;
    }

    @Override
    public void close() throws IOException {
        kill();
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
     * Tells its id.
     *
     * @return the process id.
     */
    public long pid() {
        return process.pid();
    }

    /**
     * Tells the port it serves.
     *
     * @return the port.
     */
    public int port() {
        return port;
    }

    /**
     * Reads the end of what it printed.
     *
     * @return the last lines of its output.
     */
    public String logTail() {
        try {
            final byte[] all = Files.readAllBytes(log);
            final int from = Math.max(0, all.length - LOG_TAIL_BYTES);
            return new String(all, from, all.length - from, StandardCharsets.UTF_8);
        } catch (final IOException e) {
            return "(" + log + " cannot be read: " + e.getMessage() + ")";
        }
    }
}
