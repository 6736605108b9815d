package io.assent.server.metrics;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.concurrent.ConcurrentHashMap;

/** Refused requests by the code of their reason. The codes are ours and fixed; a bound holds even if one were not. Any thread. */
final class RefusalCounters {
    static final int CODES_MAX = 128;

    private static final String OTHER = "other";

    private final Counter refusals;
    private final ConcurrentHashMap<String, CounterDataPoint> byCode = new ConcurrentHashMap<>();

    RefusalCounters(PrometheusRegistry registry) {
        refusals = Counter.builder()
                .name("assent_refusals_total")
                .help("Requests answered by a refusal, by the code of its reason.")
                .labelNames("reason")
                .register(registry);
    }

    void refused(String code) {
        CounterDataPoint known = byCode.get(code);
        if (known == null) {
            String label = byCode.size() < CODES_MAX ? code : OTHER;
            known = byCode.computeIfAbsent(label, refusals::labelValues);
        }
        known.inc();
    }
}
