package io.assent.transport;

import io.assent.engine.Answer;
import io.assent.engine.Rejection;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One budget of bytes for everything that clients and participants make us hold outside the state: requests that have not arrived whole, answers that
 * are not read, requests to participants that are not sent, replies under way, gRPC messages. It is counted where it is held, by a {@link Share} for
 * each connection or call, and whoever would go over it is refused.
 *
 * <p>The last quarter is kept for those that hold little, so that the few who hold much never keep out the many. Any thread.
 */
public final class MemoryBudget {
    /** Code of a refusal. */
    public static final String CODE = "bound.heldBytes";

    /** Sentence of a refusal. */
    public static final String TEXT =
            "no memory for more requests and answers under way: the server is at its bound heldBytesMax, try again";

    /** The refusal of a request. */
    public static final Answer REFUSAL = Answer.refused(Rejection.unavailable(CODE, TEXT), null);

    /** Who holds no more than this may use the part that is kept. */
    static final int LITTLE_BYTES = 64 << 10;

    private static final int KEPT_FOR_LITTLE = 4;
    private static final int SHARES = 4;

    /** What bytes are held for. */
    public enum Use {
        /** Requests of HTTP clients that have not arrived whole. */
        REQUESTS("requests"),
        /** Answers to HTTP clients that are not read. */
        ANSWERS("answers"),
        /** Calls of gRPC clients: their messages, both ways. */
        GRPC("grpc"),
        /** Requests to participants that are not sent. */
        CALLS("calls"),
        /** Replies of participants that have not arrived whole. */
        REPLIES("replies");

        private final String label;

        Use(String label) {
            this.label = label;
        }

        /** Its name in metrics. */
        public String label() {
            return label;
        }
    }

    private final long bytesMax;
    private final long shareBytesMax;
    private final AtomicLong held = new AtomicLong();
    private final Map<Use, AtomicLong> heldByUse = onePerUse();
    private final Map<Use, AtomicLong> refusals = onePerUse();

    /** @param bytesMax of all shares together; one share may have a quarter of it */
    public MemoryBudget(long bytesMax) {
        this.bytesMax = bytesMax;
        this.shareBytesMax = bytesMax / SHARES;
    }

    /** Complete from the start, so that threads only read it. */
    private static Map<Use, AtomicLong> onePerUse() {
        Map<Use, AtomicLong> counters = new EnumMap<>(Use.class);
        for (Use use : Use.values()) {
            counters.put(use, new AtomicLong());
        }
        return counters;
    }

    /** Bytes held at most. */
    public long bytesMax() {
        return bytesMax;
    }

    /** Bytes held. */
    public long held() {
        return held.get();
    }

    /** Whether those that hold much are about to be refused. */
    public boolean isTight() {
        return held.get() > bytesMax / 2;
    }

    /** Bytes held for one use. */
    public long held(Use use) {
        return heldByUse.get(use).get();
    }

    /** How often somebody was refused, ever. */
    public long refusals(Use use) {
        return refusals.get(use).get();
    }

    /** The share of one connection or call. */
    public Share share(Use use) {
        return new Share(use);
    }

    /** What one connection or call holds. One thread at a time. */
    public final class Share {
        private final AtomicLong heldForUse;
        private final AtomicLong refusalsOfUse;
        private long bytes;

        private Share(Use use) {
            this.heldForUse = heldByUse.get(use);
            this.refusalsOfUse = refusals.get(use);
        }

        public long bytes() {
            return bytes;
        }

        /** Holds exactly so many bytes from now on. Less is always granted; false when more is not, and nothing has changed then. */
        public boolean hold(long wanted) {
            long more = wanted - bytes;
            if (more > 0) {
                long allowed = wanted <= LITTLE_BYTES ? bytesMax : bytesMax - bytesMax / KEPT_FOR_LITTLE;
                if (wanted > shareBytesMax) {
                    refusalsOfUse.incrementAndGet();
                    return false;
                }
                if (held.addAndGet(more) > allowed) {
                    held.addAndGet(-more);
                    refusalsOfUse.incrementAndGet();
                    return false;
                }
            } else if (more < 0) {
                held.addAndGet(more);
            }
            if (more != 0) {
                heldForUse.addAndGet(more);
                bytes = wanted;
            }
            return true;
        }

        /** The same for more bytes than before. */
        public boolean holdMore(long more) {
            return hold(bytes + more);
        }

        /** The same for what is there already and bounded in another way: nobody is refused but those who come behind. */
        public void holdAnyway(long wanted) {
            long more = wanted - bytes;
            if (more != 0) {
                held.addAndGet(more);
                heldForUse.addAndGet(more);
                bytes = wanted;
            }
        }

        /** Holds nothing any more. */
        public void free() {
            hold(0);
        }
    }
}
