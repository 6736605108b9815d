package io.assent.loadtest.fuzz;

import io.assent.loadtest.fuzz.FuzzResult.Failure;
import io.assent.loadtest.fuzz.FuzzResult.Remains;
import io.assent.loadtest.fuzz.FuzzSource.Surroundings;
import io.assent.loadtest.fuzz.Measurement.Quantity;
import io.assent.loadtest.process.ChildProcess;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * One fuzz run against a server process of its own.
 *
 * <pre>
 *   section:  workers take numbers and send those inputs; the first broken rule ends the run
 *   between:  process alive, log clean, ready, control saga, unfinished transactions stopped, topics deleted, nobody trapped
 *   at a tenth of the inputs, and at the end:  rest, then measure
 *   last:     stop with SIGTERM, start on what is there, the last control saga is known, another one succeeds
 * </pre>
 *
 * <p>What is measured must not depend on what happened to come last. So the server keeps few finished transactions, and before each measuring
 * these are all the same plain sagas. One object makes one run.
 */
public final class FuzzRun {

    /** Finished transactions that the server keeps: reached long before a tenth of any run that judges memory. */
    private static final int FINISHED_KEPT = 1_000;
    /** Small, so that a leak of a few MiB is a visible share of the heap and its regions are small. */
    private static final String HEAP = "512m";

    private static final int MEASURE_AT_PERCENT = 10;
    private static final int COLLECTIONS = 4;
    private static final int HANG_FACTOR = 3;
    private static final long WATCH_MS = 100;
    private static final int LOG_SHOWN_CHARS = 2_000;
    private static final List<String> BAD_WORDS = List.of(" ERROR ", "Exception", "LEAK");

    private final FuzzConfig config;
    private final FuzzSource.Factory factory;
    private final Consumer<String> out;
    private final Tally tally = new Tally();
    private final AtomicReference<Failure> failure = new AtomicReference<>();
    private final Path log;

    private int grpcPort;
    private ChildProcess server;
    private ControlSaga control;
    private FuzzedBranches branches;
    private ProxyTrap trap;
    private FuzzSource source;
    private long sent;
    private long stopped;
    private long topics;
    private long logRead;
    private Measurement early;
    private Measurement late;

    /**
     * Makes a run.
     *
     * @param config its settings.
     * @param factory makes the source of its inputs.
     * @param out takes the lines of progress.
     */
    public FuzzRun(final FuzzConfig config, final FuzzSource.Factory factory, final Consumer<String> out) {
        this.config = config;
        this.factory = factory;
        this.out = out;
        this.log = config.workDirectory().resolve("server.log");
    }

    /**
     * Runs. Everything it started has ended when it returns or throws.
     *
     * @return what came of it.
     * @throws IOException if the server does not start or can not be measured.
     * @throws InterruptedException if interrupted.
     */
    public FuzzResult run() throws IOException, InterruptedException {
        final long start = System.nanoTime();
        Files.createDirectories(config.workDirectory());
        try {
            control = new ControlSaga();
            branches = new FuzzedBranches();
            trap = new ProxyTrap();
            final int port = ChildProcess.freePort();
            grpcPort = ChildProcess.freePortBut(port);
            server = startServer(port);
            source = factory.in(
                    new Surroundings(config.seed(), server.port(), grpcPort, branches.urls(), config.answerLimit()));
            try {
                sendAll();
                if (failure.get() == null) {
                    restart();
                }
            } catch (final BrokenRule e) {
                failure.compareAndSet(
                        null,
                        new Failure(
                                -1,
                                e.getMessage(),
                                "after input " + (config.first() + sent - 1) + "; the server printed: " + lastWords()));
            }
            final Remains remains =
                    new Remains(control.succeeded(), stopped, topics, branches.calls(), branches.hanging());
            return new FuzzResult(
                    source.protocol(),
                    config.seed(),
                    sent,
                    (System.nanoTime() - start) / 1e9,
                    tally,
                    remains,
                    Optional.ofNullable(early),
                    Optional.ofNullable(late),
                    config.judged(),
                    Optional.ofNullable(failure.get()));
        } finally {
            end();
        }
    }

    /**
     * Shows an input.
     *
     * @param number its number.
     * @return its kind and its bytes; to be asked when the run is over.
     */
    public String show(final long number) {
        return source.show(number);
    }

    private void end() throws IOException {
        if (server != null) {
            server.kill();
        }
        if (trap != null) {
            trap.close();
        }
        if (branches != null) {
            branches.close();
        }
        if (control != null) {
            control.close();
        }
    }

    private ChildProcess startServer(final int port) throws IOException, InterruptedException {
        final Map<String, String> environment = new HashMap<>(trap.environment(config.workDirectory()));
        environment.put("FINISHED_KEPT", Integer.toString(FINISHED_KEPT));
        environment.put("REQUEST_TIMEOUT", "1");
        environment.putIfAbsent("ASSENT_HEAP", System.getenv().getOrDefault("ASSENT_HEAP", HEAP));
        final ChildProcess started = ChildProcess.start(command(port), environment, port, log);
        try {
            started.awaitReady("/readyz", config.startLimit());
        } catch (final IOException | InterruptedException e) {
            started.kill();
            throw e;
        }
        return started;
    }

    private List<String> command(final int port) {
        return config.server().filled(config.workDirectory().resolve("data"), port, grpcPort, config.durability());
    }

    // ---- sections

    private void sendAll() throws IOException, InterruptedException, BrokenRule {
        final long measureAt = (config.requests() * MEASURE_AT_PERCENT + 99) / 100;
        final List<Worker> workers = new ArrayList<>();
        for (int i = 0; i < config.connections(); i++) {
            workers.add(new Worker(source.sender(tally)));
        }
        try (ServerDesk desk = desk()) {
            mustServe(desk);
        }
        for (final long end : sectionEnds(measureAt)) {
            final long from = sent;
            final long start = System.nanoTime();
            sendSection(workers, config.first() + from, config.first() + end);
            sent = end;
            if (failure.get() != null) {
                return;
            }
            final double seconds = (System.nanoTime() - start) / 1e9;
            tidyUp(end == measureAt, end == config.requests());
            out.accept(String.format(
                    Locale.ROOT,
                    "%d of %d inputs, %.0f/s, control saga %d succeeded, %d stopped, %d topics deleted so far",
                    end,
                    config.requests(),
                    (end - from) / seconds,
                    control.succeeded(),
                    stopped,
                    topics));
        }
    }

    private SortedSet<Long> sectionEnds(final long measureAt) {
        final SortedSet<Long> ends = new TreeSet<>();
        for (long end = config.controlEvery(); end < config.requests(); end += config.controlEvery()) {
            ends.add(end);
        }
        ends.add(measureAt);
        ends.add(config.requests());
        return ends;
    }

    private void sendSection(final List<Worker> workers, final long from, final long to) throws InterruptedException {
        final AtomicLong next = new AtomicLong(from);
        final List<Thread> threads = new ArrayList<>();
        for (final Worker worker : workers) {
            final Thread thread = new Thread(() -> worker.send(next, to), "fuzz-worker");
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        for (final Thread thread : threads) {
            while (thread.isAlive()) {
                thread.join(WATCH_MS);
                workers.forEach(Worker::endWhenHanging);
            }
        }
        final Failure found = failure.get();
        if (found != null && !server.isAlive()) {
            final List<Long> underWay =
                    workers.stream().map(worker -> worker.number).sorted().toList();
            failure.set(new Failure(
                    found.number(),
                    "the server process has ended while inputs " + underWay + " were under way; first noticed: "
                            + found.rule(),
                    "it printed: " + server.logTail()));
        }
    }

    private void tidyUp(final boolean measuresEarly, final boolean measuresLate)
            throws IOException, InterruptedException, BrokenRule {
        if (!server.isAlive()) {
            throw new BrokenRule("the server process must stay alive");
        }
        try (ServerDesk desk = desk()) {
            desk.requireReady();
            mustServe(desk);
            stopped += desk.stopUnfinished();
            topics += desk.deleteTopics();
            final double quarantined = desk.metrics().sum("assent_transactions_quarantined");
            if (quarantined > 0) {
                throw new BrokenRule("no transaction must be quarantined, but " + (long) quarantined + " are");
            }
            if ((measuresEarly || measuresLate) && !config.judged().isEmpty()) {
                final Measurement measurement = measure(desk);
                early = measuresEarly ? measurement : early;
                late = measuresLate ? measurement : late;
            }
        }
        requireNobodyTrapped();
        requireCleanLog();
    }

    private void mustServe(final ServerDesk desk) throws IOException, BrokenRule {
        control.mustSucceed(desk);
        source.mustServe();
    }

    private Measurement measure(final ServerDesk desk) throws IOException, InterruptedException, BrokenRule {
        control.fill(desk, FINISHED_KEPT + FINISHED_KEPT / 10);
        desk.awaitRest(config.restLimit());
        final long kept = (long) desk.metrics().sum("assent_transactions_finished_kept");
        if (kept != FINISHED_KEPT) {
            throw new BrokenRule("the server must keep " + FINISHED_KEPT
                    + " finished transactions as its settings say, but keeps " + kept);
        }
        return Measurement.of(
                server,
                desk,
                sent,
                config.judged().contains(Quantity.HEAP) ? COLLECTIONS : 1,
                config.workDirectory().resolve("classes-after-" + sent + ".txt"));
    }

    private ServerDesk desk() throws IOException {
        return new ServerDesk(server.port(), config.answerLimit());
    }

    /** Everything that was sent stands in the journal in some form: the server must be able to stop, and to read it again. */
    private void restart() throws IOException, InterruptedException, BrokenRule {
        try (ServerDesk desk = desk()) {
            mustServe(desk);
        }
        if (!server.stop(config.restLimit())) {
            throw new BrokenRule(
                    "the server must end by itself within " + config.restLimit().toSeconds() + " s of SIGTERM");
        }
        final long start = System.nanoTime();
        try {
            server = startServer(server.port());
        } catch (final IOException e) {
            throw new BrokenRule("the server must start again on what the inputs left: " + e.getMessage(), e);
        }
        out.accept(
                String.format(Locale.ROOT, "stopped, and ready again after %.1f s", (System.nanoTime() - start) / 1e9));
        try (ServerDesk desk = desk()) {
            desk.requireReady();
            control.mustBeKept(desk);
            mustServe(desk);
        }
        requireCleanLog();
    }

    private void requireNobodyTrapped() throws BrokenRule {
        if (!trap.caught().isEmpty()) {
            throw new BrokenRule("no branch call must leave the loopback address, but these tried: " + trap.caught());
        }
    }

    private void requireCleanLog() throws IOException, BrokenRule {
        final String news = logFrom(logRead);
        logRead += news.getBytes(StandardCharsets.ISO_8859_1).length;
        for (final String word : BAD_WORDS) {
            final int at = news.indexOf(word);
            if (at >= 0) {
                final int line = news.lastIndexOf('\n', at) + 1;
                throw new BrokenRule("the server's log must not hold '" + word.strip() + "', but it says: "
                        + news.substring(line, Math.min(news.length(), line + LOG_SHOWN_CHARS)));
            }
        }
    }

    private String logFrom(final long offset) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            final byte[] bytes = new byte[(int) Math.min(1 << 24, file.length() - offset)];
            file.seek(offset);
            file.readFully(bytes);
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }

    /** A fault of a source must not hide itself. */
    private String shown(final long number) {
        try {
            return source.show(number);
        } catch (final RuntimeException e) {
            return "it can not be shown: " + e;
        }
    }

    private String lastWords() {
        return server.logTail().strip();
    }

    /** One connection's worth of sending. Its thread changes from section to section; one at a time. */
    private final class Worker {

        private final FuzzSender sender;
        private volatile long number = -1;
        private volatile long busySinceNanos;

        Worker(final FuzzSender sender) {
            this.sender = sender;
        }

        void send(final AtomicLong next, final long to) {
            try (sender) {
                while (failure.get() == null) {
                    final long taken = next.getAndIncrement();
                    if (taken >= to) {
                        return;
                    }
                    number = taken;
                    busySinceNanos = System.nanoTime();
                    sender.send(taken);
                    busySinceNanos = 0;
                }
            } catch (final BrokenRule e) {
                failure.compareAndSet(null, new Failure(number, e.getMessage(), shown(number)));
            } catch (final IOException | RuntimeException e) {
                failure.compareAndSet(null, new Failure(number, "the input could not be sent: " + e, shown(number)));
            } finally {
                busySinceNanos = 0;
            }
        }

        /** Every read has its limit; this ends what is stuck in a write, because the server no longer reads. */
        void endWhenHanging() {
            final long since = busySinceNanos;
            if (since != 0 && System.nanoTime() - since > config.answerLimit().toNanos() * HANG_FACTOR) {
                sender.abort();
            }
        }
    }
}
