package io.assent.engine;

import io.assent.engine.Answer.Verdict;
import io.assent.engine.codec.CommandAdapter;
import io.assent.engine.codec.CommandFrame;
import io.assent.engine.codec.EventAdapter;
import io.assent.engine.codec.EventPublisher;
import io.assent.engine.mode.Modes;
import java.util.List;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The one door for a host: commands in as bytes, events out as bytes, effects out as values. Replay and live operation change the state
 * through the same bytes and the same method.
 *
 * <p>Belongs to one thread. A throw out of {@link #decide} or {@link #replay} is fatal: the state can not be trusted any more, the host
 * stops the process.
 */
public final class StateMachine {
    private final Transactions state;
    private final EventAdapter stateAdapter;
    private final EventPublisher publisher;
    private final Engine engine;
    private final CommandAdapter commandAdapter;
    private final FailureListener failures;
    private String command = "";

    public StateMachine(FailureListener failures) {
        this(Modes.standard(), failures);
    }

    public StateMachine(Modes modes, FailureListener failures) {
        this.failures = failures;
        this.state = new Transactions(modes);
        this.stateAdapter = new EventAdapter(state);
        this.publisher = new EventPublisher(stateAdapter::onFrame);
        this.engine = new Engine(modes, state, publisher, this::contain);
        this.commandAdapter = new CommandAdapter(engine);
    }

    /** Applies one record of the journal: its events, through the same door as live ones. */
    public void replay(long position, DirectBuffer record, int offset, int length) {
        state.at(position);
        stateAdapter.onRecord(record, offset, length);
    }

    /**
     * Decides one encoded command, applies its events, and hands its effects over.
     *
     * @param position the journal position that the record gets if there are events
     * @param nowMs engine time, epoch milliseconds; never smaller than before
     * @param dueMs deadlines up to here have come; never smaller than before and at most {@code nowMs}. Behind a pause of the process it follows the
     *     present with the reading of sockets, so that no reply that has arrived is timed out
     * @param events the events are written from index 0; the buffer must be expandable
     * @return bytes of events, 0 when nothing happened and nothing is to be appended
     */
    public int decide(
            long position,
            long nowMs,
            long dueMs,
            Pressure pressure,
            DirectBuffer commandBuffer,
            int offset,
            int length,
            MutableDirectBuffer events,
            Effects effects) {
        state.at(position);
        publisher.begin(events);
        engine.begin(nowMs, dueMs, pressure, effects);
        command = CommandFrame.name(commandBuffer, offset);
        try {
            commandAdapter.onCommand(commandBuffer, offset, length);
        } catch (RuntimeException | StackOverflowError failure) {
            containWhole(commandBuffer, offset, effects, failure);
        }
        if (publisher.length() == 0) {
            state.at(position - 1);
        }
        return publisher.length();
    }

    /** The earliest time at which something is due, {@link Long#MAX_VALUE} for never. */
    public long nextDeadlineMs() {
        return engine.work().nextDeadlineMs();
    }

    /** The same for one transaction; {@link Long#MAX_VALUE} also when it is unknown. */
    public long nextDeadlineMs(String gid) {
        return engine.work().nextDeadlineMs(gid);
    }

    /** Whether an earlier command left work for {@link Commands#continueWork}. */
    public boolean hasWork() {
        return engine.work().hasWork();
    }

    /** Calls that were handed out and have not ended. */
    public int openCallCount() {
        return engine.work().calls().count();
    }

    /** Replies that named no open call, since the start of this process. */
    public long staleReplies() {
        return engine.work().calls().staleReplies();
    }

    /** The gid of each open call, oldest first; a gid comes once per call. */
    public void forEachOpenGid(Consumer<String> consumer) {
        engine.work().calls().forEachGid(consumer);
    }

    /** Hears what is decided, for metrics. */
    public void observer(EngineObserver observer) {
        engine.observer(observer);
    }

    /** Transactions of this kind in this status, finished ones while they are held. Any thread. */
    public int count(TransactionKind kind, TransactionStatus status) {
        return state.count(kind, status);
    }

    /** Unfinished transactions that are quarantined. Any thread. */
    public int quarantinedTransactions() {
        return state.quarantinedCount();
    }

    /** Bytes held by unfinished transactions, about. */
    public long liveBytes() {
        return state.liveBytes();
    }

    /** Hears the gid of each transaction of which a deadline fires. */
    public void onDeadlineFired(Consumer<String> listener) {
        engine.onDeadlineFired(listener);
    }

    /** Time of the last event, epoch milliseconds; 0 when there was none. */
    public long lastEventTimeMs() {
        return state.lastEventTimeMs();
    }

    public int liveTransactions() {
        return state.liveCount();
    }

    public int finishedTransactions() {
        return state.finishedCount();
    }

    /** Every transaction that finished at or below this position has left the state for the history. */
    public long forgottenUpTo() {
        return state.forgottenUpTo();
    }

    /** Gids of unfinished transactions that nothing will ever move again; empty unless a rule is broken (SAFETY, Calls). */
    public List<String> stuckTransactions() {
        return engine.work().stuck();
    }

    /** Tells the whole state as the fewest events. Replayed into a fresh machine, they make an equal state. */
    public void describeTo(Events events) {
        state.describeTo(events);
    }

    /** Equal for equal states, whatever way they came about. */
    public long stateHash() {
        ExpandableArrayBuffer bytes = new ExpandableArrayBuffer(64 << 10);
        long[] hash = {0xCBF29CE484222325L};
        EventPublisher hasher = new EventPublisher((buffer, offset, length) -> {
            long value = hash[0];
            for (int i = offset; i < offset + length; i++) {
                value = (value ^ (buffer.getByte(i) & 0xFF)) * 0x100000001B3L;
            }
            hash[0] = value;
        });
        hasher.begin(bytes);
        hasher.reuseBuffer();
        state.describeTo(hasher);
        return hash[0];
    }

    /** For tests of this package: the transaction itself, or null. */
    Transaction transaction(String gid) {
        return state.byGid(gid);
    }

    private void contain(Transaction subject, Runnable part) {
        int mark = publisher.length();
        try {
            part.run();
        } catch (RuntimeException | StackOverflowError failure) {
            if (publisher.length() != mark) {
                throw failure;
            }
            quarantine(subject, failure);
        }
    }

    private void containWhole(DirectBuffer commandBuffer, int offset, Effects effects, Throwable failure) {
        if (publisher.length() != 0) {
            throw new IllegalStateException(command + " failed behind its first event", failure);
        }
        long requestId = CommandFrame.requestId(commandBuffer, offset);
        if (requestId != 0) {
            failures.onContained(CommandFrame.gid(commandBuffer, offset), command, failure);
            effects.answer(
                    requestId, new Answer(Verdict.ERROR, "internal", "internal error while deciding " + command, null));
        } else if (engine.subject() != null) {
            quarantine(engine.subject(), failure);
        } else {
            throw new IllegalStateException(command + " failed and belongs to no transaction", failure);
        }
    }

    private void quarantine(Transaction subject, Throwable failure) {
        failures.onContained(subject.gid(), command, failure);
        engine.work()
                .quarantine(subject, command + " failed: " + failure.getClass().getSimpleName());
    }
}
