package io.assent.loadtest.attack;

import io.assent.loadtest.attack.AttackResult.Held;
import io.assent.loadtest.attack.AttackResult.Round;
import io.assent.loadtest.compare.Machine;
import io.assent.loadtest.net.Protocol;
import io.assent.loadtest.participant.LoadParticipant;
import io.assent.loadtest.process.ChildProcess;
import io.assent.loadtest.process.MetricsPage;
import io.assent.loadtest.process.ServerProcess;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Runs attacks one after the other against one server, while a healthy client submits sagas and reads them and somebody asks how the server is, and reads
 * what the server holds before, during and after.
 */
public final class AttackRig {

    private static final long LOOK_MS = 200;
    private static final long HEALTHY_PAUSE_MS = 20;
    private static final long PROBE_PAUSE_MS = 50;
    private static final Duration REST_LIMIT = Duration.ofSeconds(20);
    private static final List<String> PROBES =
            List.of("/healthz", "/readyz", "/api/ping", "/api/dtmsvr/version", "/api/metrics");

    private final AttackConfig config;
    private final Consumer<String> out;
    private long healthySagas;
    private int probes;

    /**
     * Makes a rig for one run.
     *
     * @param config what to do.
     * @param out takes the lines of progress.
     */
    public AttackRig(final AttackConfig config, final Consumer<String> out) {
        this.config = config;
        this.out = out;
    }

    /**
     * Runs the attacks; the server has ended when it returns or throws.
     *
     * @return what came of it.
     * @throws IOException if the server can not be started or does not take what is prepared.
     * @throws InterruptedException if interrupted.
     */
    public AttackResult run() throws IOException, InterruptedException {
        final int adminPort = ChildProcess.freePort();
        final Map<String, String> environment = new HashMap<>();
        environment.put("ADMIN_PORT", Integer.toString(adminPort));
        environment.put("FINISHED_KEPT", "1000");
        if (!config.heap().isEmpty()) {
            environment.put("ASSENT_HEAP", config.heap());
        }
        try (LoadParticipant participant = LoadParticipant.start(Protocol.HTTP);
                ServerProcess server = ServerProcess.start(
                        config.server(), config.durability(), config.workDirectory(), environment)) {
            final URI admin = URI.create("http://127.0.0.1:" + adminPort);
            final Battlefield field = new Battlefield(server);
            field.prepare();
            final List<Round> rounds = new ArrayList<>();
            Held before = held(server, admin);
            String ending = "";
            try (HealthyClient healthy = new HealthyClient(
                            "healthy-client", HEALTHY_PAUSE_MS, () -> healthy(server, participant.url()));
                    HealthyClient prober = new HealthyClient(
                            "prober",
                            PROBE_PAUSE_MS,
                            () -> ServerProcess.status(admin.resolve(PROBES.get(probes++ % PROBES.size()))))) {
                // What all of it needs is there from here on.
                Thread.sleep(config.each().toMillis());
                before = held(server, admin);
                for (final Attack attack : config.attacks()) {
                    rounds.add(round(attack, field, healthy, prober, admin));
                    out.accept(rounds.get(rounds.size() - 1).toString());
                }
            } catch (final IOException e) {
                if (server.isAlive()) {
                    throw e;
                }
                ending = server.ending();
            }
            final Held after;
            if (server.isAlive()) {
                field.clear();
                after = held(server, admin);
            } else {
                ending = server.ending();
                after = before;
            }
            return new AttackResult(
                    config.heap(), config.durability(), Machine.describe(), rounds, before, after, ending);
        }
    }

    private int healthy(final ServerProcess server, final String participant) throws IOException {
        final String gid = "healthy-" + ++healthySagas;
        final int submitted = server.post(
                "submit",
                "{\"gid\":\"" + gid + "\",\"trans_type\":\"saga\",\"wait_result\":true,\"steps\":[{\"action\":\""
                        + participant + "/TransIn\"}],\"payloads\":[\"{}\"]}");
        return submitted == 200 ? server.get("query?gid=" + gid) : submitted;
    }

    private Round round(
            final Attack attack,
            final Battlefield field,
            final HealthyClient healthy,
            final HealthyClient prober,
            final URI admin)
            throws IOException, InterruptedException {
        healthy.look();
        prober.look();
        final double refusedBefore = ServerProcess.metrics(admin).sum("assent_held_refusals_total");
        long peakBudget = 0;
        long peakDirect = 0;
        final List<Crowd> crowds = attack.start(field);
        try {
            final long endNs = System.nanoTime() + config.each().toNanos();
            while (System.nanoTime() < endNs) {
                Thread.sleep(LOOK_MS);
                final MetricsPage page = ServerProcess.metrics(admin);
                peakBudget = Math.max(peakBudget, (long) page.sum("assent_held_bytes"));
                peakDirect = Math.max(peakDirect, (long) page.required("assent_direct_memory_bytes"));
            }
        } finally {
            crowds.forEach(Crowd::close);
        }
        final Served served = healthy.look();
        final Served probed = prober.look();
        field.tidy();
        final long refusals = (long) (ServerProcess.metrics(admin).sum("assent_held_refusals_total") - refusedBefore);
        return new Round(attack, served, probed, peakBudget, peakDirect, refusals, rest(admin));
    }

    /** What is counted when nobody asks for anything: the healthy client holds something for moments only. */
    private static long rest(final URI admin) throws IOException, InterruptedException {
        final long endNs = System.nanoTime() + REST_LIMIT.toNanos();
        while (true) {
            final long held = (long) ServerProcess.metrics(admin).sum("assent_held_bytes");
            if (held == 0 || System.nanoTime() > endNs) {
                return held;
            }
            Thread.sleep(LOOK_MS);
        }
    }

    private static Held held(final ServerProcess server, final URI admin) throws IOException, InterruptedException {
        server.collectGarbage();
        final MetricsPage page = ServerProcess.metrics(admin);
        return new Held(
                (long) page.required("jvm_memory_used_bytes{area=\"heap\"}"),
                (long) page.required("assent_direct_memory_bytes"),
                (long) page.sum("assent_held_bytes"));
    }
}
