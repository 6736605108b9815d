package io.assent.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random commands, checked after every one: see {@link Machine#checkRules()} and {@link Machine#leftBehind}. */
class RandomHistoryTest {
    private static final int HISTORIES = 1_500;
    private static final int STEPS = 60;
    private static final long BASE_SEED = 20_261_123L;

    @Test
    void shouldKeepEveryRuleWhateverTheCommands() {
        for (int i = 0; i < HISTORIES; i++) {
            long seed = BASE_SEED + i;
            try {
                new History(seed).run();
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError("seed " + seed + ": " + failure.getMessage(), failure);
            }
        }
    }

    private static final class History {
        private final Random random;
        private final Machine machine = new Machine();
        private final String[] gids = {"a", "a1", "a11", "b"};
        private long requests;

        History(long seed) {
            random = new Random(seed);
        }

        void run() {
            for (int step = 0; step < STEPS; step++) {
                command();
                for (String gid : gids) {
                    Transaction transaction = machine.transaction(gid);
                    if (transaction != null) {
                        assertThat(Machine.leftBehind(transaction, machine.modes, machine.now))
                                .as("due and not called, transaction " + gid)
                                .isEmpty();
                    }
                }
            }
            drainToTheEnd();
            assertThat(machine.contained).as("decisions that failed").isEmpty();
        }

        private void command() {
            String gid = gids[random.nextInt(gids.length)];
            switch (random.nextInt(22)) {
                case 0, 1 ->
                    machine.send(commands ->
                            commands.submit(Request.of(++requests), submission(gid), HistoryAnswer.NO_HISTORY));
                case 2 ->
                    machine.send(commands ->
                            commands.prepare(Request.of(++requests), submission(gid), HistoryAnswer.NO_HISTORY));
                case 3 ->
                    machine.send(
                            commands -> commands.abort(Request.of(++requests), gid, "msg", "r" + random.nextInt(2)));
                case 10, 11, 12 -> register(gid);
                case 13 -> {
                    TransactionStatus end = random.nextBoolean() ? TransactionStatus.SUCCEED : TransactionStatus.FAILED;
                    machine.send(commands -> commands.finishWorkflow(Request.of(++requests), gid, end, "r", "x"));
                }
                case 14 ->
                    machine.send(commands -> commands.prepareWorkflow(
                            Request.of(++requests), submission(gid), HistoryAnswer.NO_HISTORY));
                case 15 -> topic();
                case 16 -> {
                    CronReset reset = new CronReset(Long.MAX_VALUE, random.nextInt(20_000), random.nextInt(3));
                    machine.send(commands -> commands.resetCronTime(Request.of(++requests), reset));
                }
                case 4 -> {
                    if (random.nextInt(4) == 0) {
                        machine.send(commands -> commands.forceStop(Request.of(++requests), gid));
                    }
                }
                case 5 -> machine.send(commands -> commands.resetNextCronTime(Request.of(++requests), gid));
                case 6 -> machine.restart();
                case 7, 8 -> {
                    machine.now += random.nextInt(40_000);
                    machine.send(Commands::tick);
                }
                case 9 -> machine.send(commands -> commands.roundExpired(1 + random.nextInt(50), gid));
                default -> replyToAny(null);
            }
            machine.continueWork();
        }

        private void register(String gid) {
            Transaction transaction = machine.transaction(gid);
            String id = "0" + random.nextInt(4);
            byte[] data = new byte[random.nextInt(3)];
            String url = random.nextInt(5) == 0 ? "" : "http://r";
            boolean xa = transaction != null && transaction.kind().equals(TransactionKind.XA);
            boolean workflow = transaction != null && transaction.kind().equals(TransactionKind.WORKFLOW);
            Registration registration = xa
                    ? Registration.xa(id, url, data)
                    : workflow
                            ? Registration.workflow(
                                    id,
                                    random.nextBoolean() ? "action" : "commit",
                                    random.nextBoolean() ? BranchStatus.SUCCEED : BranchStatus.FAILED,
                                    data)
                            : Registration.tcc(id, url, url, data);
            machine.send(commands -> commands.registerBranch(Request.of(++requests), gid, registration));
        }

        private void topic() {
            String name = "t" + random.nextInt(2);
            String url = "http://s" + random.nextInt(3);
            switch (random.nextInt(5)) {
                case 0, 1, 2 -> machine.send(commands -> commands.subscribe(Request.of(++requests), name, url, ""));
                case 3 -> machine.send(commands -> commands.unsubscribe(Request.of(++requests), name, url));
                default -> machine.send(commands -> commands.deleteTopic(Request.of(++requests), name));
            }
        }

        private void replyToAny(Outcome forced) {
            if (machine.open.isEmpty()) {
                return;
            }
            List<Long> numbers = new ArrayList<>(machine.open.keySet());
            long number = numbers.get(random.nextInt(numbers.size()));
            Outcome[] outcomes = Outcome.values();
            Outcome outcome = forced != null ? forced : outcomes[random.nextInt(4)];
            int retryAfterS = random.nextInt(4) == 0 ? random.nextInt(2 * Limits.RETRY_AFTER_S_MAX) : 0;
            machine.reply(number, outcome, outcome == Outcome.SUCCESS ? "" : "text " + outcome, retryAfterS);
        }

        /** With participants that succeed and time that runs, everything ends. */
        private void drainToTheEnd() {
            for (int i = 0; i < 2_000 && machine.stateMachine().liveTransactions() > 0; i++) {
                finishWorkflows();
                if (!machine.open.isEmpty()) {
                    replyToAny(Outcome.SUCCESS);
                } else if (machine.stateMachine().nextDeadlineMs() != Long.MAX_VALUE) {
                    machine.now = Math.max(machine.now, machine.stateMachine().nextDeadlineMs());
                    machine.send(Commands::tick);
                } else {
                    for (String gid : gids) {
                        machine.send(commands ->
                                commands.submit(Request.of(++requests), stored(gid), HistoryAnswer.NO_HISTORY));
                    }
                }
                machine.continueWork();
            }
            assertThat(machine.stateMachine().liveTransactions())
                    .as("unfinished at the end")
                    .isZero();
        }

        /** Nobody but its client ends a workflow. */
        private void finishWorkflows() {
            for (String gid : gids) {
                Transaction transaction = machine.transaction(gid);
                if (transaction != null
                        && transaction.kind().equals(TransactionKind.WORKFLOW)
                        && !transaction.isTerminal()) {
                    machine.send(commands ->
                            commands.finishWorkflow(Request.of(++requests), gid, TransactionStatus.SUCCEED, "", ""));
                }
            }
        }

        private Submission stored(String gid) {
            Transaction transaction = machine.transaction(gid);
            return transaction == null ? submission(gid) : transaction.submission();
        }

        private Submission submission(String gid) {
            List<TransactionKind> kinds = TransactionKind.standard();
            TransactionKind kind = kinds.get(random.nextInt(kinds.size()));
            boolean saga = kind.equals(TransactionKind.SAGA);
            int steps = random.nextInt(5);
            SubmissionBuilder builder = new SubmissionBuilder()
                    .gid(gid)
                    .kind(kind)
                    .waitResult(random.nextInt(3) == 0)
                    .concurrent(random.nextInt(3) == 0)
                    .retryInterval(random.nextInt(3))
                    .timeoutToFail(random.nextInt(3) == 0 ? 1 + random.nextInt(60) : 0);
            if (random.nextBoolean()) {
                // Orders and delay of a submit hold for what was prepared when its custom_data is not empty.
                builder.customData("{}");
            }
            if (saga) {
                builder.retryLimit(random.nextInt(3) == 0 ? random.nextInt(4) : 0);
                if (random.nextBoolean()) {
                    builder.sagaConcurrent(true);
                    for (int step = 1; step < steps; step++) {
                        if (random.nextBoolean()) {
                            builder.order(step, random.nextInt(step));
                        }
                    }
                }
            } else {
                builder.queryPrepared(random.nextBoolean() ? "http://q" : "").delay(random.nextInt(4) * 5L);
            }
            if (kind.equals(TransactionKind.WORKFLOW)) {
                builder.workflow("w", new byte[random.nextInt(3)]);
                return builder.build();
            }
            for (int step = 0; step < steps; step++) {
                boolean topic = kind.equals(TransactionKind.MSG) && random.nextInt(6) == 0;
                builder.step(
                        topic ? "topic://t" + random.nextInt(2) : random.nextInt(6) == 0 ? "" : "http://a" + step,
                        random.nextInt(6) == 0 ? "" : "http://c" + step,
                        "{}".getBytes(StandardCharsets.UTF_8));
            }
            assertThat(builder.check()).isNull();
            return builder.build();
        }
    }
}
