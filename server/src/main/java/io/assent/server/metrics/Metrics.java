package io.assent.server.metrics;

import io.assent.engine.Answer;
import io.assent.engine.TransactionKind;
import io.assent.engine.TransactionStatus;
import io.assent.transport.SteadyTasks;
import io.assent.transport.front.FrontMeter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.DoubleSupplier;
import java.util.function.ToIntBiFunction;

/**
 * Every metric of one server (PROTOCOL 11 and our own), in a registry of its own. Counting is safe for any thread, costs no lock and no
 * allocation; gauges are asked when the metrics are read.
 */
public final class Metrics implements FrontMeter {
    private static final double[] SECONDS = {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};
    private static final double[] SYNC_SECONDS = {.0001, .0002, .0005, .001, .002, .005, .01, .02, .05, .1, .5, 1};
    private static final double[] BATCH_RECORDS = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};

    /** Of the process, whatever the number of its servers: the library never lets go of a registry that it has filled. */
    private static final PrometheusRegistry JVM = new PrometheusRegistry();

    static {
        JvmMetrics.builder().register(JVM);
    }

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
    private final SteadyTasks tasks;
    private final ApiMeters http;
    private final ApiMeters grpc;
    private final EngineMeters engine;
    private final RefusalCounters refusals;
    private final Histogram batchRecords;
    private final Histogram syncSeconds;

    /**
     * @param nettyVersion shown in the place of DTM's web framework
     * @param grpcVersion shown as DTM shows its own
     * @param tasks hears of values that can not be told
     */
    public Metrics(String nettyVersion, String grpcVersion, SteadyTasks tasks) {
        this.tasks = tasks;
        Gauge.builder()
                .name("dtm_server_info")
                .help("Versions of the libraries that serve HTTP and gRPC.")
                .labelNames("gin_version", "grpc_version")
                .register(registry)
                .labelValues(nettyVersion, grpcVersion)
                .set(1);
        ApiMeters.Families families = new ApiMeters.Families(registry, SECONDS);
        http = new ApiMeters(families, "http");
        grpc = new ApiMeters(families, "grpc");
        engine = new EngineMeters(registry, SECONDS);
        refusals = new RefusalCounters(registry);
        batchRecords = Histogram.builder()
                .name("assent_journal_batch_records")
                .help("Records that one sync made durable.")
                .classicOnly()
                .classicUpperBounds(BATCH_RECORDS)
                .register(registry);
        syncSeconds = Histogram.builder()
                .name("assent_journal_sync_seconds")
                .help("Duration of one sync of the journal.")
                .classicOnly()
                .classicUpperBounds(SYNC_SECONDS)
                .register(registry);
    }

    @Override
    public void called(String api, int status, long nanos) {
        http.called(api, status < 400, nanos);
    }

    @Override
    public void calledGrpc(String api, boolean ok, long nanos) {
        grpc.called(api, ok, nanos);
    }

    @Override
    public void refused(String api, String gid, Answer answer) {
        refusals.refused(answer.code());
    }

    public EngineMeters engine() {
        return engine;
    }

    /** A sync ended. */
    void synced(long records, long nanos) {
        batchRecords.observe((double) records);
        syncSeconds.observe(nanos / 1e9);
    }

    /** A value that is asked for when the metrics are read, by any thread. */
    public void gauge(String name, String help, DoubleSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> asked(() -> callback.call(value.getAsDouble())))
                .register(registry);
    }

    /** The same for a number that only grows; the name ends with {@code _total}. */
    public void counter(String name, String help, DoubleSupplier value) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> asked(() -> callback.call(value.getAsDouble())))
                .register(registry);
    }

    /** A value for each of a fixed set of label values. */
    public void gauges(String name, String help, String label, String[] labelValues, DoubleSupplier[] values) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames(label)
                .callback(callback -> {
                    for (int i = 0; i < labelValues.length; i++) {
                        int place = i;
                        asked(() -> callback.call(values[place].getAsDouble(), labelValues[place]));
                    }
                })
                .register(registry);
    }

    /** The same for numbers that only grow. */
    public void counters(String name, String help, String label, String[] labelValues, DoubleSupplier[] values) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames(label)
                .callback(callback -> {
                    for (int i = 0; i < labelValues.length; i++) {
                        int place = i;
                        asked(() -> callback.call(values[place].getAsDouble(), labelValues[place]));
                    }
                })
                .register(registry);
    }

    /** A value that can not be told is left out. */
    private void asked(Runnable question) {
        tasks.run(SteadyTasks.Kind.METRICS, question);
    }

    /** How many unfinished transactions there are of each kind in each status. */
    public void liveTransactions(ToIntBiFunction<TransactionKind, TransactionStatus> count) {
        GaugeWithCallback.builder()
                .name("assent_transactions_live")
                .help("Unfinished transactions.")
                .labelNames("model", "status")
                .callback(callback -> {
                    for (TransactionKind kind : TransactionKind.standard()) {
                        for (TransactionStatus status : TransactionStatus.values()) {
                            if (!status.isTerminal()) {
                                asked(() -> callback.call(
                                        count.applyAsInt(kind, status), kind.wireName(), status.wireName()));
                            }
                        }
                    }
                })
                .register(registry);
    }

    @Override
    public byte[] exposition() {
        ByteArrayOutputStream text = new ByteArrayOutputStream(16 << 10);
        try {
            writer.write(text, registry.scrape());
            writer.write(text, JVM.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return text.toByteArray();
    }
}
