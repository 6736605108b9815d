package io.assent.server.sequencer;

import com.lmax.disruptor.InsufficientCapacityException;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.YieldingWaitStrategy;
import io.assent.engine.codec.CommandSink;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The ring between everybody who asks and the one who decides. Producers never wait: without room they are told so. A quarter of the ring is
 * kept from clients, so that replies and time always find the way in sooner than new work.
 */
public final class CommandRing {
    private final RingBuffer<Slot> ring;
    private final BufferPool pool;
    private final Sequence consumed = new Sequence();
    private final int keptFromClients;
    private volatile Runnable wake = () -> {};
    private long next;

    /**
     * @param slots a power of two
     * @param poolBytes budget of commands that do not fit into a slot
     */
    public CommandRing(int slots, long poolBytes) {
        // The wait strategy is never used: nobody waits on the ring, the drainer is woken by the one who publishes.
        this.ring = RingBuffer.createMultiProducer(Slot::new, slots, new YieldingWaitStrategy());
        this.ring.addGatingSequences(consumed);
        this.pool = new BufferPool(poolBytes);
        this.keptFromClients = slots / 4;
        this.next = consumed.get() + 1;
    }

    /** What to run when a command was published; any thread may run it. */
    public void onPublished(Runnable waker) {
        wake = waker;
    }

    /** A way in for one producer thread. */
    public CommandSink newSink() {
        return new Sink();
    }

    /** Takes each published command, up to a number; the drainer's thread. */
    interface Taker {
        /** False to leave this command and those behind it for later. */
        boolean take(UnsafeBuffer command, int length);
    }

    /** Hands over published commands in order; returns how many. The drainer's thread. */
    int drain(int max, Taker taker) {
        long available = ring.getCursor();
        int taken = 0;
        while (taken < max && next <= available && ring.isAvailable(next)) {
            Slot slot = ring.get(next);
            if (!taker.take(slot.buffer(), slot.length)) {
                break;
            }
            slot.clear(pool);
            next++;
            taken++;
            consumed.set(next - 1);
        }
        return taken;
    }

    /** Whether nothing is published that was not taken. The drainer's thread. */
    boolean isEmpty() {
        return ring.getCursor() < next;
    }

    /** The last command published, for {@link #isTaken}. */
    long published() {
        return ring.getCursor();
    }

    /** Whether this command and all before it were taken. The drainer's thread. */
    boolean isTaken(long command) {
        return next > command;
    }

    public int slots() {
        return ring.getBufferSize();
    }

    /** Slots in use. Any thread. */
    public long occupied() {
        return ring.getBufferSize() - ring.remainingCapacity();
    }

    private final class Sink implements CommandSink {
        private long sequence;

        @Override
        public MutableDirectBuffer claim(int length, Source source) {
            if (source == Source.CLIENT && ring.remainingCapacity() <= keptFromClients) {
                return null;
            }
            UnsafeBuffer pooled = null;
            if (length > Slot.INLINE_BYTES) {
                pooled = pool.claim(length);
                if (pooled == null) {
                    return null;
                }
            }
            try {
                sequence = ring.tryNext();
            } catch (InsufficientCapacityException e) {
                if (pooled != null) {
                    pool.release(pooled);
                }
                return null;
            }
            Slot slot = ring.get(sequence);
            slot.use(pooled);
            return slot.buffer();
        }

        @Override
        public void publish(int length) {
            ring.get(sequence).length = length;
            ring.publish(sequence);
            wake.run();
        }
    }
}
