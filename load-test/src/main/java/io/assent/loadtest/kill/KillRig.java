package io.assent.loadtest.kill;

import io.assent.loadtest.kill.Evidence.Kill;
import io.assent.loadtest.kill.Evidence.ServerView;
import io.assent.loadtest.kill.Evidence.Sighting;
import io.assent.loadtest.kill.Evidence.Told;
import io.assent.loadtest.participant.Ledger;
import io.assent.loadtest.participant.Participant;
import io.assent.loadtest.process.ChildProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Kills a real server under load and judges what is left.
 *
 * <pre>
 *   workers ---- prepare, submit, abort ----> server ---- branch calls ----> participant (ledger, in this process)
 *   watcher ---- query ---------------------> server           who is final, seen when?
 *   this thread: wait for open transactions, SIGKILL, (drop unsynced), restart (each third kill falls into that), again; then settle and check
 * </pre>
 *
 * <p>A kill happens only while enough acknowledged transactions are open, at a moment chosen by the seed. A client whose request was cut off repeats it or gives
 * up, half and half, as real ones do. One rig makes one run.
 */
public final class KillRig {

    private static final int PENDING_FACTOR_SLOW = 2;
    private static final int PENDING_FACTOR_ALL = 4;
    private static final long QUIET_MS = 3_000;
    private static final long WAIT_MS = 2;
    private static final long REQUERY_MS = 200;
    /** The pause of a client once enough is acknowledged: a server keeps only so many finished transactions for the query at the end. */
    private static final long UNHURRIED_MS = 20;

    /** Every third kill falls into the start that follows the one before. */
    private static final int RECOVERY_KILL_EVERY = 3;
    /** How long behind the first new file of a start such a kill comes at most. */
    private static final int RECOVERY_MS = 45;
    /** How long that file is waited for. */
    private static final int FILE_LIMIT_MS = 5_000;
    /** How long behind the beginning of the process at most, now and then. */
    private static final int EARLY_MS = 1_500;

    private static final int ATTEMPTS_MAX = 5;
    private static final int STORIES_MAX = 50;

    private final KillConfig config;
    private final Consumer<String> out;
    private final SplittableRandom random;
    private final Participant participant;
    private final Ledger ledger;
    private final OpenTransactions transactions = new OpenTransactions(this::watchSoon);
    private final ConcurrentLinkedQueue<Plan> plans = new ConcurrentLinkedQueue<>();
    private final Map<String, List<Told>> told = new ConcurrentHashMap<>();
    private final Map<String, Sighting> sightings = new ConcurrentHashMap<>();
    private final DelayQueue<Watch> watched = new DelayQueue<>();
    private final List<Kill> kills = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(runnable -> {
        final Thread thread = new Thread(runnable, "kill-rig");
        thread.setDaemon(true);
        return thread;
    });
    private final int port;
    private final CoordinatorConnection coordinator;
    private final Workload workload;
    private volatile long acknowledgedWanted;
    private volatile boolean serving;
    private volatile boolean submitting = true;
    private volatile boolean watching = true;
    private volatile Throwable workerFailure;

    /**
     * Makes a rig.
     *
     * @param config the settings of its one run.
     * @param out takes the lines of progress.
     * @throws IOException if no port is free.
     */
    public KillRig(final KillConfig config, final Consumer<String> out) throws IOException {
        this.config = config;
        this.out = out;
        this.random = new SplittableRandom(config.seed());
        this.port = ChildProcess.freePort();
        this.participant = Participant.start(0);
        this.ledger = participant.ledger();
        this.coordinator = new CoordinatorConnection(port);
        this.workload = new Workload(config.seed(), participant.url());
        ledger.onAnswer(transactions::answered);
    }

    /**
     * Runs and judges. Every process it started has ended when it returns or throws.
     *
     * @return what came of it.
     * @throws IOException if the server does not start, or the load cannot be made.
     * @throws InterruptedException if interrupted.
     */
    public KillResult run() throws IOException, InterruptedException {
        final long start = System.nanoTime();
        final Path data = config.workDirectory().resolve("data");
        Files.createDirectories(config.workDirectory());
        ChildProcess server = null;
        try {
            server = startServer(data);
            for (int i = 0; i < config.workers(); i++) {
                threads.execute(this::work);
            }
            threads.execute(this::watch);
            int number = 1;
            while (number <= config.kills()) {
                awaitOpen(number, server);
                server = killAndRestart(number, server, data);
                number = kills.size() + 1;
            }
            awaitAcknowledged(server);
            submitting = false;
            final Map<String, ServerView> views = settle(server);
            watching = false;
            final Evidence evidence = new Evidence(
                    List.copyOf(plans),
                    Map.copyOf(told),
                    ledger.entries(),
                    ledger.balances(),
                    views,
                    Map.copyOf(sightings),
                    List.copyOf(kills),
                    config.requestTimeoutMs(),
                    config.clockToleranceMs());
            final List<Violation> violations = RecordChecker.check(evidence);
            writeStories(evidence, violations);
            return new KillResult(evidence, violations, (System.nanoTime() - start) / 1e9, config.seed());
        } finally {
            submitting = false;
            watching = false;
            threads.shutdownNow();
            if (server != null) {
                server.kill();
            }
            participant.close();
        }
    }

    private ChildProcess startServer(final Path data) throws IOException, InterruptedException {
        final ChildProcess server = ChildProcess.start(
                config.server().filled(data, port, config.durability()),
                port,
                config.workDirectory().resolve("server.log"));
        try {
            server.awaitReady("/readyz", config.startLimit());
        } catch (final IOException | InterruptedException e) {
            server.kill();
            throw e;
        }
        serving = true;
        return server;
    }

    private void awaitOpen(final int number, final ChildProcess server) throws IOException, InterruptedException {
        final long acknowledgedBefore = (long) config.acknowledgedMin() * number / (config.kills() + 1);
        acknowledgedWanted = acknowledgedBefore;
        final long deadline = System.nanoTime() + config.openLimit().toNanos();
        // A few more than needed, because some end between this check and the kill.
        final int openWanted = config.openMin() + Math.max(2, config.openMin() / 20);
        long notBefore = 0;
        while (true) {
            check(server);
            final boolean enough =
                    transactions.open() >= openWanted && transactions.acknowledgedCount() >= acknowledgedBefore;
            if (enough && notBefore == 0) {
                notBefore = System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(random.nextInt(1_000_000));
            }
            if (enough && System.nanoTime() >= notBefore) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new IOException(
                        "kill " + number + ": after " + config.openLimit().toSeconds() + " s only "
                                + transactions.open() + " transactions are open and " + transactions.acknowledgedCount()
                                + " acknowledged, wanted " + config.openMin() + " and " + acknowledgedBefore);
            }
            Thread.sleep(WAIT_MS);
        }
    }

    private ChildProcess killAndRestart(final int number, final ChildProcess server, final Path data)
            throws IOException, InterruptedException {
        final long before = ledger.mark();
        final Map<Kind, Integer> openByKind = transactions.openByKind();
        server.kill();
        serving = false;
        awaitLastWords();
        final long after = ledger.mark();
        final int open =
                openByKind.values().stream().mapToInt(Integer::intValue).sum();
        final String dropped = drop(data);
        Kill within = null;
        if ((number + 1) % RECOVERY_KILL_EVERY == 0 && number < config.kills()) {
            within = killWithinStart(number + 1, data, open, openByKind);
        }
        final long restart = System.nanoTime();
        final ChildProcess next = startServer(data);
        final long restartMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - restart);
        kills.add(new Kill(number, before, after, open, openByKind, restartMs, dropped));
        out.accept(String.format(
                "kill %d/%d: %d open, %d acknowledged, ready again after %d ms %s",
                number, config.kills(), open, transactions.acknowledgedCount(), restartMs, dropped));
        if (within != null) {
            kills.add(within);
        }
        return next;
    }

    private String drop(final Path data) throws IOException {
        return config.dropper().isPresent() ? config.dropper().get().drop(data, random) : "";
    }

    /** Starts the server and kills it before it serves, or little later: mostly right behind the first file that it makes. */
    private Kill killWithinStart(final int number, final Path data, final int open, final Map<Kind, Integer> openByKind)
            throws IOException, InterruptedException {
        final long before = ledger.mark();
        final Set<Path> known = files(data);
        final ChildProcess early = ChildProcess.start(
                config.server().filled(data, port, config.durability()),
                port,
                config.workDirectory().resolve("server.log"));
        long waitMs;
        if (random.nextInt(4) == 0) {
            waitMs = random.nextInt(EARLY_MS);
        } else {
            final long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(FILE_LIMIT_MS);
            while (early.isAlive() && known.containsAll(files(data)) && System.nanoTime() < deadline) {
                Thread.sleep(1);
            }
            waitMs = random.nextInt(RECOVERY_MS);
        }
        Thread.sleep(waitMs);
        if (!early.isAlive()) {
            throw new IOException("the server ended by itself within its start; it printed:\n" + early.logTail());
        }
        early.kill();
        awaitLastWords();
        final Kill kill = new Kill(number, before, ledger.mark(), open, openByKind, 0, drop(data));
        out.accept(String.format("kill %d/%d: within the start, after %d ms", number, config.kills(), waitMs));
        return kill;
    }

    /** The files of a journal. */
    private static Set<Path> files(final Path data) throws IOException {
        try (var paths = Files.walk(data)) {
            return paths.filter(path -> path.toString().endsWith(".cq4")).collect(Collectors.toSet());
        } catch (final UncheckedIOException e) {
            // A file that was removed while the directory was read.
            return Set.of();
        }
    }

    /** Waits until the participant has read what the dead server had sent, so that every later call is the next server's. */
    private void awaitLastWords() throws IOException, InterruptedException {
        final long deadline = System.nanoTime() + config.startLimit().toNanos();
        while (participant.connections() > 0) {
            if (System.nanoTime() > deadline) {
                throw new IOException("the server is dead, but " + participant.connections()
                        + " connections to the participant are open");
            }
            Thread.sleep(WAIT_MS);
        }
    }

    private void awaitAcknowledged(final ChildProcess server) throws IOException, InterruptedException {
        acknowledgedWanted = config.acknowledgedMin();
        final long deadline = System.nanoTime() + config.openLimit().toNanos();
        while (transactions.acknowledgedCount() < config.acknowledgedMin()) {
            check(server);
            if (System.nanoTime() > deadline) {
                throw new IOException("only " + transactions.acknowledgedCount()
                        + " transactions were acknowledged, wanted " + config.acknowledgedMin());
            }
            Thread.sleep(WAIT_MS);
        }
    }

    private void check(final ChildProcess server) throws IOException {
        if (!server.isAlive()) {
            throw new IOException("the server ended by itself; it printed:\n" + server.logTail());
        }
        if (workerFailure != null) {
            throw new IOException("the load could not be made", workerFailure);
        }
    }

    // ---- clients

    private void work() {
        try {
            while (submitting) {
                final int open = transactions.open();
                if (!serving || open >= config.openMin() * PENDING_FACTOR_ALL) {
                    Thread.sleep(WAIT_MS);
                } else {
                    submit(workload.next(open >= config.openMin() * PENDING_FACTOR_SLOW));
                    if (transactions.acknowledgedCount() > acknowledgedWanted) {
                        Thread.sleep(UNHURRIED_MS);
                    }
                }
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (final RuntimeException | Error e) {
            workerFailure = e;
        }
    }

    private void submit(final Plan plan) throws InterruptedException {
        plans.add(plan);
        transactions.begin(plan);
        final List<Told> answers = new CopyOnWriteArrayList<>();
        told.put(plan.gid(), answers);
        for (final Plan.Request request : plan.requests()) {
            if (!send(plan, request, answers)) {
                return;
            }
        }
    }

    /** Sends one request, and again if it was cut off and the client is of the patient kind; true when it was taken. */
    private boolean send(final Plan plan, final Plan.Request request, final List<Told> answers)
            throws InterruptedException {
        for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
            final long sentMs = System.currentTimeMillis();
            int status = 0;
            String body;
            try {
                final HttpResponse<String> answer = coordinator.post(request.endpoint(), request.body());
                status = answer.statusCode();
                body = answer.body();
            } catch (final IOException e) {
                body = e.toString();
            }
            final Told answer =
                    new Told(request.endpoint(), request.waiting(), attempt > 1, sentMs, ledger.mark(), status, body);
            answers.add(answer);
            if (answer.acknowledges()) {
                transactions.acknowledged(plan);
            }
            if (status != 0) {
                return status == 200;
            }
            if (((plan.gid().hashCode() >> attempt) & 1) == 0) {
                return false;
            }
            while (!serving) {
                Thread.sleep(WAIT_MS);
            }
        }
        return false;
    }

    // ---- who is final, and seen when

    private record Watch(Plan plan, long dueNs) implements Delayed {
        @Override
        public long getDelay(final TimeUnit unit) {
            return unit.convert(dueNs - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(final Delayed other) {
            return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }
    }

    private void watchSoon(final Plan plan) {
        watched.add(new Watch(plan, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(REQUERY_MS / 4)));
    }

    private void watch() {
        try {
            while (watching) {
                final Watch watch = watched.poll(100, TimeUnit.MILLISECONDS);
                if (watch != null && !isSeenFinal(watch.plan())) {
                    watched.add(new Watch(watch.plan(), System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(REQUERY_MS)));
                }
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (final RuntimeException | Error e) {
            workerFailure = e;
        }
    }

    private boolean isSeenFinal(final Plan plan) throws InterruptedException {
        if (sightings.containsKey(plan.gid())) {
            return true;
        }
        try {
            final Optional<ServerView> view = coordinator.query(plan.gid());
            if (view.isPresent() && view.get().terminal()) {
                sightings.putIfAbsent(plan.gid(), new Sighting(view.get().status(), ledger.mark()));
                return true;
            }
            return false;
        } catch (final IOException serverIsDown) {
            return false;
        }
    }

    // ---- the end

    /** Waits until every transaction the server knows is final and nothing is called any more, then asks for each once more. */
    private Map<String, ServerView> settle(final ChildProcess server) throws IOException, InterruptedException {
        final long deadline = System.nanoTime() + config.settleLimit().toNanos();
        List<Plan> open = new ArrayList<>(plans);
        while (!open.isEmpty() && System.nanoTime() < deadline) {
            check(server);
            final List<Plan> still = new ArrayList<>();
            for (final Plan plan : open) {
                if (!isSeenFinal(plan) && coordinator.query(plan.gid()).isPresent()) {
                    still.add(plan);
                }
            }
            open = still;
            if (!open.isEmpty()) {
                Thread.sleep(REQUERY_MS);
            }
        }
        out.accept("settled: " + sightings.size() + " transactions are final, " + open.size() + " are not");
        awaitQuiet();
        final Map<String, ServerView> views = new HashMap<>();
        for (final Plan plan : plans) {
            final Optional<ServerView> view = coordinator.query(plan.gid());
            view.ifPresent(found -> views.put(plan.gid(), found));
        }
        return views;
    }

    private void awaitQuiet() throws InterruptedException {
        int size = ledger.size();
        long since = System.nanoTime();
        final long deadline = since + config.settleLimit().toNanos();
        while (System.nanoTime() - since < TimeUnit.MILLISECONDS.toNanos(QUIET_MS) && System.nanoTime() < deadline) {
            Thread.sleep(20);
            if (ledger.size() != size) {
                size = ledger.size();
                since = System.nanoTime();
            }
        }
    }

    private void writeStories(final Evidence evidence, final List<Violation> violations) throws IOException {
        if (violations.isEmpty()) {
            return;
        }
        final Path stories = Files.createDirectories(config.workDirectory().resolve("failures"));
        final StringBuilder all = new StringBuilder("seed " + config.seed() + "\n");
        violations.forEach(violation -> all.append(violation).append('\n'));
        Files.writeString(stories.resolve("violations.txt"), all);
        for (final String gid : violations.stream()
                .map(Violation::gid)
                .distinct()
                .limit(STORIES_MAX)
                .toList()) {
            if (!gid.isEmpty()) {
                Files.writeString(stories.resolve(gid + ".txt"), Story.of(evidence, gid, violations));
            }
        }
        out.accept("the stories of the failures are in " + stories + ", the data directory is kept beside it");
    }
}
