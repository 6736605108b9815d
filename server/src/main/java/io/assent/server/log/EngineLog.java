package io.assent.server.log;

import io.assent.engine.EngineObserver;
import io.assent.engine.Request;
import io.assent.engine.TransactionKind;
import io.assent.engine.TransactionStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down when a branch operation begins to fail and when that is over, and what administrators did. A line about an end stands only
 * behind the line about its beginning; beginnings are bounded for each destination and minute. With level debug every failed call has a line.
 *
 * <p>The engine's thread.
 */
public final class EngineLog implements EngineObserver {
    /** Beginnings for each destination and minute. */
    static final int BEGINNINGS_PER_MINUTE = 5;
    /** Failing operations that are remembered; one more is not written down while so many fail. */
    static final int FAILING_MAX = 10_000;
    /** Destinations with a bound of their own; more share one. */
    static final int DESTINATIONS_MAX = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(EngineLog.class);

    private final EngineObserver next;
    private final LongSupplier nanoTime;
    private final Map<String, List<Failing>> failing = new HashMap<>();
    private final Map<String, Pace> paces = new HashMap<>();
    private final Pace others;
    private int failingCount;

    /** An operation whose beginning was written down. */
    private record Failing(String branchId, String operation, String destination) {
        boolean is(String otherBranchId, String otherOperation) {
            return branchId.equals(otherBranchId) && operation.equals(otherOperation);
        }
    }

    /** @param next hears everything too */
    public EngineLog(EngineObserver next, LongSupplier nanoTime) {
        this.next = next;
        this.nanoTime = nanoTime;
        this.others = new Pace(BEGINNINGS_PER_MINUTE, nanoTime);
    }

    @Override
    public void roundEnded(TransactionKind kind, boolean ok, long ageMs) {
        next.roundEnded(kind, ok, ageMs);
    }

    @Override
    public void branchEnded(TransactionKind kind, String branchId, String operation, boolean ok) {
        next.branchEnded(kind, branchId, operation, ok);
    }

    @Override
    public void branchFails(String gid, String branchId, String operation, String url, int attempts, String text) {
        next.branchFails(gid, branchId, operation, url, attempts, text);
        List<Failing> known = failing.get(gid);
        if (known == null || known.stream().noneMatch(one -> one.is(branchId, operation))) {
            String destination = Shown.destination(url);
            Pace pace = pace(destination);
            if (failingCount < FAILING_MAX && pace.allows()) {
                failing.computeIfAbsent(gid, key -> new ArrayList<>(1))
                        .add(new Failing(branchId, operation, destination));
                failingCount++;
                LOG.atWarn()
                        .addKeyValue("gid", Shown.text(gid))
                        .log(
                                "branch {} {} of gid '{}' begins to fail at {}, call {}: {}{}",
                                branchId,
                                operation,
                                Shown.text(gid),
                                destination,
                                attempts,
                                Shown.text(text),
                                pace.heldBack());
                return;
            }
        }
        if (LOG.isDebugEnabled()) {
            LOG.atDebug()
                    .addKeyValue("gid", Shown.text(gid))
                    .log(
                            "branch {} {} of gid '{}' fails at {}, call {}: {}",
                            branchId,
                            operation,
                            Shown.text(gid),
                            Shown.destination(url),
                            attempts,
                            Shown.text(text));
        }
    }

    @Override
    public void branchSettled(String gid, String branchId, String operation, int attempts, boolean ok) {
        next.branchSettled(gid, branchId, operation, attempts, ok);
        List<Failing> known = failing.isEmpty() ? null : failing.get(gid);
        for (int i = 0; known != null && i < known.size(); i++) {
            if (known.get(i).is(branchId, operation)) {
                tellEnd(gid, known.remove(i), (ok ? "has succeeded with call " : "was refused with call ") + attempts);
                if (known.isEmpty()) {
                    failing.remove(gid);
                }
                return;
            }
        }
    }

    @Override
    public void rollbackDecided(String gid, String reason) {
        next.rollbackDecided(gid, reason);
        if (LOG.isDebugEnabled()) {
            LOG.atDebug()
                    .addKeyValue("gid", Shown.text(gid))
                    .log("gid '{}' is undone: {}", Shown.text(gid), Shown.text(reason));
        }
        endAll(gid, "is not called any more: the transaction is undone");
    }

    @Override
    public void finished(String gid, TransactionStatus status) {
        next.finished(gid, status);
        if (!failing.isEmpty()) {
            endAll(gid, "is not called any more: the transaction ended as " + status.wireName());
        }
    }

    @Override
    public void administered(String act, String gid, Request request) {
        next.administered(act, gid, request);
        LOG.atInfo()
                .addKeyValue("gid", Shown.text(gid))
                .addKeyValue("actor", Shown.text(request.actor()))
                .log(
                        "{}{} by {}, reason: {}",
                        Shown.text(act),
                        gid.isEmpty() ? "" : " of gid '" + Shown.text(gid) + "'",
                        request.actor().isEmpty() ? "somebody unnamed" : "'" + Shown.text(request.actor()) + "'",
                        request.reason().isEmpty() ? "none given" : "'" + Shown.text(request.reason()) + "'");
    }

    private void endAll(String gid, String how) {
        List<Failing> known = failing.remove(gid);
        if (known != null) {
            known.forEach(one -> tellEnd(gid, one, how));
        }
    }

    private void tellEnd(String gid, Failing ended, String how) {
        failingCount--;
        LOG.atInfo()
                .addKeyValue("gid", Shown.text(gid))
                .log(
                        "branch {} {} of gid '{}', which failed at {}, {}",
                        ended.branchId(),
                        ended.operation(),
                        Shown.text(gid),
                        ended.destination(),
                        how);
    }

    private Pace pace(String destination) {
        Pace known = paces.get(destination);
        if (known == null) {
            if (paces.size() >= DESTINATIONS_MAX) {
                paces.values().removeIf(Pace::isIdle);
            }
            if (paces.size() >= DESTINATIONS_MAX) {
                return others;
            }
            known = new Pace(BEGINNINGS_PER_MINUTE, nanoTime);
            paces.put(destination, known);
        }
        return known;
    }
}
