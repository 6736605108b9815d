package io.assent.server;

import io.assent.engine.Outcome;
import io.assent.engine.StateMachine;
import io.assent.journal.ChronicleJournal;
import io.assent.journal.DataDirectory;
import io.assent.server.metrics.Metrics;
import io.assent.server.sequencer.CommandRing;
import io.assent.server.sequencer.EngineClock;
import io.assent.transport.SteadyTasks;
import io.assent.transport.front.HttpFront;
import io.assent.transport.grpc.GrpcFront;
import io.assent.transport.out.Dispatcher;
import io.assent.transport.out.DispatcherCounters;
import io.assent.transport.out.RouteClass;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;

/** What the parts of the server know of themselves, as metrics. They are asked by the thread that reads the metrics. */
final class ServerGauges {

    private ServerGauges() {}

    static void register(
            Metrics metrics,
            CommandRing ring,
            ChronicleJournal journal,
            StateMachine machine,
            EngineClock clock,
            DataDirectory directory,
            HttpFront front,
            GrpcFront grpcFront,
            List<Dispatcher> dispatchers) {
        metrics.gauge("assent_ring_slots", "Slots of the command ring.", ring::slots);
        metrics.gauge("assent_ring_occupied", "Slots in use.", ring::occupied);
        metrics.gauge("assent_journal_position", "Position of the last record appended.", journal::appendedPosition);
        metrics.gauge(
                "assent_journal_durable_position", "Position of the last durable record.", journal::durablePosition);
        metrics.gauge(
                "assent_disk_free_bytes",
                "Free space on the journal's disk.",
                () -> directory.path().toFile().getUsableSpace());
        metrics.liveTransactions(machine::count);
        metrics.gauge(
                "assent_transactions_quarantined",
                "Unfinished transactions that wait for an administrator.",
                machine::quarantinedTransactions);
        metrics.gauge(
                "assent_transactions_finished_kept",
                "Finished transactions that are still held.",
                machine::finishedTransactions);
        metrics.gauge("assent_live_bytes", "Memory of unfinished transactions, about.", machine::liveBytes);
        metrics.counter(
                "assent_stale_replies_total", "Ended calls that nobody waited for any more.", machine::staleReplies);
        metrics.gauge(
                "assent_clock_offset_seconds",
                "How far engine time is ahead of the wall clock.",
                () -> clock.offsetMs() / 1e3);
        metrics.gauge("assent_client_connections", "Connections of HTTP clients.", front::connections);
        metrics.gauge("assent_grpc_client_connections", "Connections of gRPC clients.", grpcFront::connections);
        BufferPoolMXBean direct = directBuffers();
        metrics.gauge(
                "assent_direct_memory_bytes",
                "Memory outside the heap that the network library and java.nio hold.",
                () -> directMemory(direct));
        registerCalls(metrics, dispatchers);
    }

    /** Throws of tasks that go on; the filler of the journal counts its own. */
    static void registerTasks(Metrics metrics, SteadyTasks tasks, DoubleSupplier fillerFailures) {
        SteadyTasks.Kind[] kinds = SteadyTasks.Kind.values();
        String[] names = new String[kinds.length + 1];
        DoubleSupplier[] failures = new DoubleSupplier[kinds.length + 1];
        for (int i = 0; i < kinds.length; i++) {
            SteadyTasks.Kind kind = kinds[i];
            names[i] = kind.label();
            failures[i] = () -> tasks.failures(kind);
        }
        names[kinds.length] = "journal filler";
        failures[kinds.length] = fillerFailures;
        metrics.counters(
                "assent_task_failures_total", "Tasks that failed and went on the next time.", "task", names, failures);
    }

    /** Where the network library can free memory by itself, it takes it behind the JVM's back; else the JVM counts it as its own. */
    private static double directMemory(BufferPoolMXBean direct) {
        long network = Math.max(0, PlatformDependent.usedDirectMemory());
        long jvm = direct.getMemoryUsed();
        return PlatformDependent.useDirectBufferNoCleaner() ? network + jvm : Math.max(network, jvm);
    }

    private static BufferPoolMXBean directBuffers() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .findFirst()
                .orElseThrow();
    }

    private static void registerCalls(Metrics metrics, List<Dispatcher> dispatchers) {
        RouteClass[] classes = RouteClass.values();
        String[] classNames = new String[classes.length];
        DoubleSupplier[] open = new DoubleSupplier[classes.length];
        DoubleSupplier[] routes = new DoubleSupplier[classes.length];
        for (int i = 0; i < classes.length; i++) {
            RouteClass known = classes[i];
            classNames[i] = known.label();
            open[i] = sum(dispatchers, counters -> counters.openCalls(known));
            routes[i] = sum(dispatchers, counters -> counters.routes(known));
        }
        metrics.gauges("assent_calls_open", "Branch calls under way.", "destination", classNames, open);
        metrics.gauges("assent_routes", "Paths and methods of participants known.", "known", classNames, routes);
        Outcome[] outcomes = Outcome.values();
        String[] outcomeNames = new String[outcomes.length];
        DoubleSupplier[] ended = new DoubleSupplier[outcomes.length];
        for (int i = 0; i < outcomes.length; i++) {
            Outcome outcome = outcomes[i];
            outcomeNames[i] = outcome.name().toLowerCase(Locale.ROOT);
            ended[i] = sum(dispatchers, counters -> counters.ended(outcome));
        }
        metrics.counters("assent_calls_ended_total", "Ended branch calls.", "outcome", outcomeNames, ended);
        metrics.gauge(
                "assent_calls_waiting",
                "Branch calls that wait for room at their destination or for their turn there.",
                sum(dispatchers, DispatcherCounters::waitingCalls));
        metrics.gauge(
                "assent_calls_undelivered",
                "Ended branch calls for which the ring had no room yet.",
                sum(dispatchers, DispatcherCounters::undeliveredEnds));
        metrics.gauge(
                "assent_call_connections",
                "Connections to participants.",
                sum(dispatchers, DispatcherCounters::connections));
        metrics.gauge("assent_destinations", "Destinations known.", sum(dispatchers, DispatcherCounters::destinations));
        metrics.counter(
                "assent_calls_resent_total",
                "Requests sent again because a kept connection was dead.",
                sum(dispatchers, DispatcherCounters::resent));
    }

    private static DoubleSupplier sum(List<Dispatcher> dispatchers, ToDoubleFunction<DispatcherCounters> value) {
        return () -> dispatchers.stream()
                .mapToDouble(dispatcher -> value.applyAsDouble(dispatcher.counters()))
                .sum();
    }
}
