package io.assent.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every mode keeps. */
class ModeContractTest {
    private long requests;

    static List<TransactionKind> withSteps() {
        return List.of(TransactionKind.SAGA, TransactionKind.MSG);
    }

    private Submission submission(TransactionKind kind, int steps, boolean waits) {
        SubmissionBuilder builder = new SubmissionBuilder().gid("g").kind(kind).waitResult(waits);
        for (int i = 1; i <= steps; i++) {
            builder.step("http://a" + i, "http://c" + i, new byte[] {'1'});
        }
        return builder.build();
    }

    private void submit(Machine machine, Submission submission) {
        machine.send(commands -> commands.submit(Request.of(++requests), submission, HistoryAnswer.NO_HISTORY));
    }

    private static void answerEverything(Machine machine, Outcome outcome) {
        while (!machine.open.isEmpty()) {
            machine.reply(machine.open.keySet().iterator().next(), outcome, outcome == Outcome.SUCCESS ? "" : "x");
        }
    }

    @ParameterizedTest
    @MethodSource("withSteps")
    void shouldSucceedAtOnceWithoutSteps(TransactionKind kind) {
        Machine machine = new Machine();
        submit(machine, submission(kind, 0, false));
        assertThat(machine.effects).containsExactly("answer 1 SUCCESS succeed");
    }

    @ParameterizedTest
    @MethodSource("withSteps")
    void shouldAnswerAWaitingClientExactlyOnceWhateverTheOutcome(TransactionKind kind) {
        for (Outcome outcome : new Outcome[] {Outcome.SUCCESS, Outcome.FAILURE, Outcome.ONGOING, Outcome.UNKNOWN}) {
            Machine machine = new Machine();
            submit(machine, submission(kind, 2, true));
            List<String> answers = new ArrayList<>(
                    machine.effects.stream().filter(e -> e.startsWith("answer")).toList());
            assertThat(answers).as("before anything ended").isEmpty();
            while (!machine.open.isEmpty()) {
                machine.reply(machine.open.keySet().iterator().next(), outcome, "x FAILURE");
                machine.effects.stream().filter(e -> e.startsWith("answer")).forEach(answers::add);
            }
            assertThat(answers).as(kind + " " + outcome).hasSize(1);
        }
    }

    @ParameterizedTest
    @MethodSource("withSteps")
    void shouldNotMindRepeatsAndStaleReplies(TransactionKind kind) {
        Machine machine = new Machine();
        Submission submission = submission(kind, 2, false);
        submit(machine, submission);
        long first = machine.open.keySet().iterator().next();
        submit(machine, submission);
        assertThat(machine.open).as("no second call").hasSize(1);
        machine.reply(first, Outcome.SUCCESS, "");
        String hash = Long.toHexString(machine.stateMachine().stateHash());
        machine.reply(first, Outcome.FAILURE, "late");
        assertThat(Long.toHexString(machine.stateMachine().stateHash())).isEqualTo(hash);
        answerEverything(machine, Outcome.SUCCESS);
        submit(machine, submission);
        assertThat(machine.effects).singleElement().asString().contains("FAILURE succeed");
    }

    @ParameterizedTest
    @MethodSource("withSteps")
    void shouldStopForGoodFromEveryStatusByForce(TransactionKind kind) {
        Machine prepared = new Machine();
        prepared.send(commands ->
                commands.prepare(Request.of(++requests), submission(kind, 2, false), HistoryAnswer.NO_HISTORY));
        forceStop(prepared);
        Machine submitted = new Machine();
        submit(submitted, submission(kind, 2, false));
        forceStop(submitted);
        Machine waiting = new Machine();
        submit(waiting, submission(kind, 2, false));
        waiting.reply(waiting.open.keySet().iterator().next(), Outcome.UNKNOWN, "x");
        forceStop(waiting);
        if (kind.equals(TransactionKind.SAGA)) {
            Machine aborting = new Machine();
            submit(aborting, submission(kind, 2, false));
            aborting.reply(aborting.open.keySet().iterator().next(), Outcome.FAILURE, "x FAILURE");
            forceStop(aborting);
        }
    }

    private void forceStop(Machine machine) {
        int calls = machine.calls.size();
        machine.send(commands -> commands.forceStop(Request.of(++requests), "g"));
        answerEverything(machine, Outcome.SUCCESS);
        machine.now += 100_000_000;
        machine.send(Commands::tick);
        machine.restart();
        assertThat(machine.calls).as("calls after the stop").hasSize(calls);
        assertThat(machine.transaction("g").status).isEqualTo(TransactionStatus.FAILED);
    }

    @ParameterizedTest
    @MethodSource("withSteps")
    void shouldCallEverythingInDoubtAgainAfterEveryStep(TransactionKind kind) {
        for (int dieAfter = 0; dieAfter <= 2; dieAfter++) {
            Machine machine = new Machine();
            submit(machine, submission(kind, 2, false));
            for (int i = 0; i < dieAfter; i++) {
                answerOne(machine);
            }
            List<String> inDoubt =
                    machine.open.values().stream().map(Machine::name).toList();
            machine.restart();
            assertThat(machine.open.values().stream().map(Machine::name)).containsExactlyElementsOf(inDoubt);
            answerEverything(machine, Outcome.SUCCESS);
            assertThat(machine.transaction("g").status).isEqualTo(TransactionStatus.SUCCEED);
        }
    }

    private static void answerOne(Machine machine) {
        machine.reply(machine.open.keySet().iterator().next(), Outcome.SUCCESS, "");
    }
}
