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

    private final ArrayList<Effect> effects = new ArrayList<>();

    @Override
    public void answer(long requestId, Answer answer) {
        effects.add(new AnswerEffect(requestId, answer));
    }

    @Override
    public void record(long requestId, TransactionRecord record) {
        effects.add(new RecordEffect(requestId, record));
    }

    @Override
    public void page(long requestId, TransactionPage page) {
        effects.add(new PageEffect(requestId, page));
    }

    @Override
    public void topics(long requestId, TopicPage page) {
        effects.add(new TopicsEffect(requestId, page));
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
    }

    public void clear() {
        effects.clear();
    }
}
