package io.assent.engine;

import java.util.ArrayList;

/** Collects the effects of commands as values, in order, until their record is durable. One thread at a time. */
public final class EffectQueue implements Effects {

    /** One effect. */
    public sealed interface Effect {
        void deliverTo(Effects effects);
    }

    /** See {@link Effects#answer}. */
    public record AnswerEffect(long requestId, Answer answer) implements Effect {
        @Override
        public void deliverTo(Effects effects) {
            effects.answer(requestId, answer);
        }
    }

    /** See {@link Effects#record}. */
    public record RecordEffect(long requestId, TransactionRecord record) implements Effect {
        @Override
        public void deliverTo(Effects effects) {
            effects.record(requestId, record);
        }
    }

    /** See {@link Effects#page}. */
    public record PageEffect(long requestId, TransactionPage page) implements Effect {
        @Override
        public void deliverTo(Effects effects) {
            effects.page(requestId, page);
        }
    }

    /** See {@link Effects#topics}. */
    public record TopicsEffect(long requestId, TopicPage page) implements Effect {
        @Override
        public void deliverTo(Effects effects) {
            effects.topics(requestId, page);
        }
    }

    /** See {@link Effects#cronReset}. */
    public record CronResetEffect(long requestId, CronReset.Part part) implements Effect {
        @Override
        public void deliverTo(Effects effects) {
            effects.cronReset(requestId, part);
        }
    }

    /** See {@link Effects#waits}. */
    public record WaitsEffect(long requestId, int requestTimeoutS) implements Effect {
        @Override
        public void deliverTo(Effects effects) {
            effects.waits(requestId, requestTimeoutS);
        }
    }

    /** See {@link Effects#alert}. */
    public record AlertEffect(Alert alert) implements Effect {
        @Override
        public void deliverTo(Effects effects) {
            effects.alert(alert);
        }
    }

    /** See {@link Effects#lookAgain}. */
    public record LookAgainEffect(long requestId) implements Effect {
        @Override
        public void deliverTo(Effects effects) {
            effects.lookAgain(requestId);
        }
    }

    /** See {@link Effects#call}. */
    public record CallEffect(BranchCall call) implements Effect {
        @Override
        public void deliverTo(Effects effects) {
            effects.call(call);
        }
    }

    /** See {@link Effects#withdraw}. */
    public record WithdrawEffect(long transactionId) implements Effect {
        @Override
        public void deliverTo(Effects effects) {
            effects.withdraw(transactionId);
        }
    }

    /** Of a record or a row that was made for a reader, without the texts that it shares with the state. */
    private static final int SNAPSHOT_BYTES = 160;

    private final ArrayList<Effect> effects = new ArrayList<>();
    private long snapshotBytes;

    @Override
    public void answer(long requestId, Answer answer) {
        effects.add(new AnswerEffect(requestId, answer));
    }

    @Override
    public void record(long requestId, TransactionRecord record) {
        add(new RecordEffect(requestId, record));
    }

    @Override
    public void page(long requestId, TransactionPage page) {
        add(new PageEffect(requestId, page));
    }

    @Override
    public void topics(long requestId, TopicPage page) {
        add(new TopicsEffect(requestId, page));
    }

    @Override
    public void cronReset(long requestId, CronReset.Part part) {
        effects.add(new CronResetEffect(requestId, part));
    }

    @Override
    public void waits(long requestId, int requestTimeoutS) {
        effects.add(new WaitsEffect(requestId, requestTimeoutS));
    }

    @Override
    public void alert(Alert alert) {
        effects.add(new AlertEffect(alert));
    }

    @Override
    public void lookAgain(long requestId) {
        effects.add(new LookAgainEffect(requestId));
    }

    @Override
    public void call(BranchCall call) {
        effects.add(new CallEffect(call));
    }

    @Override
    public void withdraw(long transactionId) {
        effects.add(new WithdrawEffect(transactionId));
    }

    private void add(Effect snapshot) {
        effects.add(snapshot);
        snapshotBytes += snapshotBytes(snapshot);
    }

    /** About what the snapshots among the effects take, made for readers. */
    public long snapshotBytes() {
        return snapshotBytes;
    }

    /** The same of one effect. */
    public static long snapshotBytes(Effect effect) {
        if (effect instanceof RecordEffect record) {
            int rows = record.record() == null ? 0 : record.record().branches().size();
            return (long) SNAPSHOT_BYTES * (1 + rows);
        } else if (effect instanceof PageEffect page) {
            return (long) SNAPSHOT_BYTES * (1 + page.page().records().size());
        } else if (effect instanceof TopicsEffect topics) {
            return (long) SNAPSHOT_BYTES * (1 + topics.page().topics().size());
        }
        return 0;
    }

    public int size() {
        return effects.size();
    }

    public Effect get(int index) {
        return effects.get(index);
    }

    public boolean isEmpty() {
        return effects.isEmpty();
    }

    /** Hands every effect over, in order, and forgets it. */
    public void drainTo(Effects target) {
        for (int i = 0; i < effects.size(); i++) {
            effects.get(i).deliverTo(target);
        }
        effects.clear();
        snapshotBytes = 0;
    }

    public void clear() {
        effects.clear();
        snapshotBytes = 0;
    }
}
