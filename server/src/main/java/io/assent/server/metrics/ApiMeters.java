package io.assent.server.metrics;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.concurrent.ConcurrentHashMap;

/** Requests by API and result (dtm_server_process_total, dtm_server_response_duration), of one protocol. Any thread. */
public final class ApiMeters {
    private final Families families;
    private final String type;
    /** By API; the names are those of routes, so there are few. */
    private final ConcurrentHashMap<String, Api> apis = new ConcurrentHashMap<>();

    /** The two families, shared by the protocols. */
    record Families(Counter calls, Histogram durations) {
        Families(PrometheusRegistry registry, double[] seconds) {
            this(
                    Counter.builder()
                            .name("dtm_server_process_total")
                            .help("Requests; fail is an HTTP status of 400 and above, or a gRPC error.")
                            .labelNames("type", "api", "status")
                            .register(registry),
                    Histogram.builder()
                            .name("dtm_server_response_duration")
                            .help("From the whole request to the whole response, seconds.")
                            .labelNames("type", "api")
                            .classicOnly()
                            .classicUpperBounds(seconds)
                            .register(registry));
        }
    }

    private record Api(CounterDataPoint ok, CounterDataPoint fail, DistributionDataPoint duration) {}

    ApiMeters(Families families, String type) {
        this.families = families;
        this.type = type;
    }

    /** @param api the name of a route */
    public void called(String api, boolean ok, long nanos) {
        Api known = apis.get(api);
        if (known == null) {
            known = apis.computeIfAbsent(api, this::resolve);
        }
        (ok ? known.ok : known.fail).inc();
        known.duration.observe(nanos / 1e9);
    }

    private Api resolve(String api) {
        return new Api(
                families.calls.labelValues(type, api, "ok"),
                families.calls.labelValues(type, api, "fail"),
                families.durations.labelValues(type, api));
    }
}
