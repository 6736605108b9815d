package io.assent.server.log;

import io.assent.engine.Answer;
import io.assent.engine.Answer.Verdict;
import io.assent.transport.front.FrontMeter;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down that clients are refused because a bound is reached, once a minute for each bound; with level debug every refusal. Counts by
 * handing everything on. Any thread.
 */
public final class FrontLog implements FrontMeter {
    private static final Logger LOG = LoggerFactory.getLogger(FrontLog.class);

    private final FrontMeter next;
    private final LongSupplier nanoTime;
    /** By the code of the bound, of which there are few. Guarded by itself. */
    private final Map<String, Pace> bounds = new HashMap<>();

    public FrontLog(FrontMeter next, LongSupplier nanoTime) {
        this.next = next;
        this.nanoTime = nanoTime;
    }

    @Override
    public void called(String api, int status, long nanos) {
        next.called(api, status, nanos);
    }

    @Override
    public void calledGrpc(String api, boolean ok, long nanos) {
        next.calledGrpc(api, ok, nanos);
    }

    @Override
    public void refused(String api, String gid, Answer answer) {
        next.refused(api, gid, answer);
        if (answer.verdict() == Verdict.UNAVAILABLE) {
            boundReached(answer.code(), Shown.text(answer.text()));
        }
        if (LOG.isDebugEnabled()) {
            LOG.atDebug()
                    .addKeyValue("gid", Shown.text(gid))
                    .log(
                            "{}{} is answered {} ({}): {}",
                            api,
                            gid.isEmpty() ? "" : " of gid '" + Shown.text(gid) + "'",
                            answer.verdict(),
                            answer.code(),
                            Shown.text(answer.text()));
        }
    }

    @Override
    public void connectionRefused(int connectionsMax) {
        next.connectionRefused(connectionsMax);
        boundReached("bound.connections", "one more connection than ConnectionsMax " + connectionsMax + " is closed");
    }

    @Override
    public byte[] exposition() {
        return next.exposition();
    }

    private void boundReached(String code, String text) {
        synchronized (bounds) {
            Pace pace = bounds.computeIfAbsent(code, key -> new Pace(1, nanoTime));
            if (pace.allows()) {
                LOG.warn("a bound is reached, {}: {}{}", code, text, pace.heldBack());
            }
        }
    }
}
