package io.assent.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.engine.mode.Modes;
import io.assent.engine.mode.MsgMode;
import io.assent.engine.mode.Plan;
import io.assent.engine.mode.SagaMode;
import io.assent.engine.mode.TransactionMode;
import io.assent.engine.mode.TransactionView;
import org.junit.jupiter.api.Test;

/** Failures of our own stay small when they can and stop the process when they must (SAFETY). */
class ContainmentTest {
    private long requests;

    /** A saga mode with a fault, switched by the test. */
    private static final class Faulty implements TransactionMode {
        private final TransactionMode sound = new SagaMode();
        boolean failsToCheck;
        String failsToPlan = "";
        boolean failsToBuildUrl;

        @Override
        public TransactionKind kind() {
            return sound.kind();
        }

        @Override
        public Rejection check(Submission submission) {
            if (failsToCheck) {
                throw new IllegalStateException("planted");
            }
            return sound.check(submission);
        }

        @Override
        public int rowCount(Submission submission) {
            return sound.rowCount(submission);
        }

        @Override
        public int step(int row) {
            return sound.step(row);
        }

        @Override
        public String branchId(int row) {
            return sound.branchId(row);
        }

        @Override
        public String operation(Submission submission, int row) {
            return sound.operation(submission, row);
        }

        @Override
        public String url(Submission submission, int row) {
            if (failsToBuildUrl) {
                throw new IllegalStateException("planted");
            }
            return sound.url(submission, row);
        }

        @Override
        public int sibling(int row) {
            return sound.sibling(row);
        }

        @Override
        public boolean isSecondPhase(int row) {
            return sound.isSecondPhase(row);
        }

        @Override
        public boolean mayFail(int row) {
            return sound.mayFail(row);
        }

        @Override
        public int retryLimit(Submission submission, int row) {
            if (submission.gid().equals(failsToPlan)) {
                throw new IllegalStateException("planted");
            }
            return sound.retryLimit(submission, row);
        }

        @Override
        public long deadlineMs(
                Submission submission,
                boolean submitted,
                long createTimeMs,
                long nowMs,
                int resetIntervalS,
                int defaultTimeoutS) {
            return sound.deadlineMs(submission, submitted, createTimeMs, nowMs, resetIntervalS, defaultTimeoutS);
        }

        @Override
        public boolean waitsForItsClient(TransactionView transaction) {
            return sound.waitsForItsClient(transaction);
        }

        @Override
        public Plan plan(TransactionView transaction, long nowMs) {
            if (transaction.gid().equals(failsToPlan)) {
                throw new IllegalStateException("planted");
            }
            return sound.plan(transaction, nowMs);
        }
    }

    private final Faulty faulty = new Faulty();
    private final Machine machine = new Machine(new Modes(faulty, new MsgMode()));

    private void submit(String gid, int timeoutS) {
        Submission submission = new SubmissionBuilder()
                .gid(gid)
                .kind(TransactionKind.SAGA)
                .timeoutToFail(timeoutS)
                .step("http://a", "http://c", new byte[0])
                .build();
        machine.send(commands -> commands.submit(Request.of(++requests), submission, HistoryAnswer.NO_HISTORY));
    }

    @Test
    void shouldAnswer500AndStoreNothingWhenAClientCommandFailsBeforeItsFirstEvent() {
        faulty.failsToCheck = true;
        submit("g", 0);
        assertThat(machine.effects).containsExactly("answer 1 ERROR | internal error while deciding submit");
        assertThat(machine.contained).containsExactly("submit g");
        assertThat(machine.transaction("g")).isNull();
        assertThat(machine.records).isEmpty();
    }

    @Test
    void shouldQuarantineTheTransactionOfAFailingReplyAndGoOnWhenReleased() {
        submit("g", 0);
        faulty.failsToPlan = "g";
        machine.reply(machine.openCall("g/01/action").number(), Outcome.UNKNOWN, "x");
        assertThat(machine.events).containsExactly("quarantined 1");
        assertThat(machine.stateMachine().nextDeadlineMs()).isEqualTo(Long.MAX_VALUE);
        machine.send(commands -> commands.query(++requests, "g"));
        assertThat(machine.lastRecord.quarantineReason()).contains("branchReplied failed");
        machine.restart();
        assertThat(machine.open).as("a quarantined transaction is not called").isEmpty();
        faulty.failsToPlan = "";
        machine.send(commands -> commands.releaseQuarantined(new Request(++requests, "ann", "fixed"), "g"));
        assertThat(machine.events).containsExactly("caused ann fixed", "released 1");
        machine.reply(machine.openCall("g/01/action").number(), Outcome.SUCCESS, "");
        assertThat(machine.events).contains("finished 1 succeed");
    }

    @Test
    void shouldNotLetAClientWaitForAQuarantinedTransaction() {
        submit("g", 0);
        faulty.failsToPlan = "g";
        machine.reply(machine.openCall("g/01/action").number(), Outcome.UNKNOWN, "x");
        Submission waiting = new SubmissionBuilder()
                .gid("g")
                .kind(TransactionKind.SAGA)
                .waitResult(true)
                .build();
        machine.send(commands -> commands.submit(Request.of(++requests), waiting, HistoryAnswer.NO_HISTORY));
        assertThat(machine.effects)
                .containsExactly("answer " + requests + " FAILURE submitted | wait result not return success: FAILURE");
    }

    @Test
    void shouldLetTheOthersOfATickGoOnWhenOneFails() {
        submit("bad", 5);
        submit("good", 5);
        faulty.failsToPlan = "bad";
        machine.now += 5_000;
        machine.send(Commands::tick);
        assertThat(machine.events).containsExactly("quarantined 1", "aborting 2 | Timeout after 5 seconds");
        assertThat(machine.contained).containsExactly("tick bad");
    }

    @Test
    void shouldThrowWhenDecidingFailsBehindTheFirstEvent() {
        faulty.failsToBuildUrl = true;
        assertThatThrownBy(() -> submit("g", 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("behind its first event");
    }
}
