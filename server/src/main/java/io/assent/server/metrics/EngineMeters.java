package io.assent.server.metrics;

import io.assent.engine.EngineObserver;
import io.assent.engine.TransactionKind;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;

/**
 * Rounds and branch calls (dtm_transaction_process_total, dtm_transaction_handled_duration, dtm_branch_process_total). Told by the engine's
 * thread. Branch ids above {@link #BRANCH_IDS} and operations outside the protocol are counted under one name each.
 */
public final class EngineMeters implements EngineObserver {
    /** Branch ids 01 to 20 have a label value of their own. */
    static final int BRANCH_IDS = 20;

    private static final String OTHER = "other";
    private static final List<String> OPERATIONS =
            List.of("action", "compensate", "confirm", "cancel", "commit", "rollback", OTHER);

    private final Counter rounds;
    private final Histogram ages;
    private final Counter branches;
    private final Mode[] modes = new Mode[TransactionKind.CODE_MAX + 1];

    /** The children of one mode, resolved when first needed. */
    private static final class Mode {
        final CounterDataPoint ok;
        final CounterDataPoint fail;
        final DistributionDataPoint age;
        /** By operation, branch id and result. */
        final CounterDataPoint[] calls = new CounterDataPoint[OPERATIONS.size() * (BRANCH_IDS + 1) * 2];

        Mode(CounterDataPoint ok, CounterDataPoint fail, DistributionDataPoint age) {
            this.ok = ok;
            this.fail = fail;
            this.age = age;
        }
    }

    EngineMeters(PrometheusRegistry registry, double[] seconds) {
        rounds = Counter.builder()
                .name("dtm_transaction_process_total")
                .help("Rounds of processing; fail is one that somebody waited for and that did not end well.")
                .labelNames("model", "status")
                .register(registry);
        ages = Histogram.builder()
                .name("dtm_transaction_handled_duration")
                .help("Age of the transaction at the end of each round, seconds.")
                .labelNames("model")
                .classicOnly()
                .classicUpperBounds(seconds)
                .register(registry);
        branches = Counter.builder()
                .name("dtm_branch_process_total")
                .help("Ended branch calls; ok is a success.")
                .labelNames("model", "branchid", "branchtype", "status")
                .register(registry);
    }

    @Override
    public void roundEnded(TransactionKind kind, boolean ok, long ageMs) {
        Mode mode = mode(kind);
        (ok ? mode.ok : mode.fail).inc();
        mode.age.observe(ageMs / 1e3);
    }

    @Override
    public void branchEnded(TransactionKind kind, String branchId, String operation, boolean ok) {
        int known = OPERATIONS.indexOf(operation);
        int operationNumber = known < 0 ? OPERATIONS.size() - 1 : known;
        int idNumber = number(branchId);
        int slot = (operationNumber * (BRANCH_IDS + 1) + idNumber) * 2 + (ok ? 1 : 0);
        Mode mode = mode(kind);
        CounterDataPoint child = mode.calls[slot];
        if (child == null) {
            String id = idNumber == 0 ? OTHER : (idNumber < 10 ? "0" : "") + idNumber;
            child = branches.labelValues(kind.wireName(), id, OPERATIONS.get(operationNumber), ok ? "ok" : "fail");
            mode.calls[slot] = child;
        }
        child.inc();
    }

    /** 1 to {@link #BRANCH_IDS} for the ids of two digits, else 0. */
    private static int number(String branchId) {
        if (branchId.length() != 2) {
            return 0;
        }
        int tens = branchId.charAt(0) - '0';
        int ones = branchId.charAt(1) - '0';
        boolean digits = tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9;
        int number = 10 * tens + ones;
        return digits && number <= BRANCH_IDS ? number : 0;
    }

    private Mode mode(TransactionKind kind) {
        Mode known = modes[kind.code()];
        if (known == null) {
            known = new Mode(
                    rounds.labelValues(kind.wireName(), "ok"),
                    rounds.labelValues(kind.wireName(), "fail"),
                    ages.labelValues(kind.wireName()));
            modes[kind.code()] = known;
        }
        return known;
    }
}
