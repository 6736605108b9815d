package io.assent.loadtest.kill;

import io.assent.loadtest.participant.LedgerEntry;
import io.assent.loadtest.participant.Script;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Knows at every moment which acknowledged transactions cannot be over yet: those with a required operation that has not been answered. The participants tell, so nothing is
 * asked of the server. Safe for many threads.
 */
final class OpenTransactions {

    private final Map<String, Life> lives = new HashMap<>();
    private final Map<Kind, Integer> openByKind = new EnumMap<>(Kind.class);
    private final Consumer<Plan> onOver;
    private int open;
    private int acknowledged;

    private static final class Life {
        private final Plan plan;
        private final Set<String> missing;
        private boolean acknowledged;

        private Life(final Plan plan) {
            this.plan = plan;
            this.missing = new HashSet<>(plan.required().keySet());
        }
    }

    OpenTransactions(final Consumer<Plan> onOver) {
        this.onOver = onOver;
    }

    synchronized void begin(final Plan plan) {
        lives.put(plan.gid(), new Life(plan));
    }

    synchronized void acknowledged(final Plan plan) {
        final Life life = lives.get(plan.gid());
        if (life != null && !life.acknowledged) {
            life.acknowledged = true;
            acknowledged++;
            if (!life.missing.isEmpty()) {
                open++;
                openByKind.merge(plan.kind(), 1, Integer::sum);
            }
        }
        endIfOver(life);
    }

    synchronized void answered(final LedgerEntry call) {
        final Life life = lives.get(call.gid());
        if (life == null) {
            return;
        }
        final Script.Kind answer = life.plan.required().get(call.operation());
        final boolean done =
                answer == Script.Kind.OK ? call.answeredOk() : answer == Script.Kind.FAIL && call.answeredFail();
        if (done && life.missing.remove(call.operation()) && life.missing.isEmpty() && life.acknowledged) {
            open--;
            openByKind.merge(life.plan.kind(), -1, Integer::sum);
        }
        endIfOver(life);
    }

    private void endIfOver(final Life life) {
        if (life != null && life.acknowledged && life.missing.isEmpty()) {
            lives.remove(life.plan.gid());
            onOver.accept(life.plan);
        }
    }

    synchronized int open() {
        return open;
    }

    synchronized int acknowledgedCount() {
        return acknowledged;
    }

    synchronized Map<Kind, Integer> openByKind() {
        final Map<Kind, Integer> copy = new EnumMap<>(openByKind);
        copy.values().removeIf(count -> count == 0);
        return copy;
    }
}
