package io.assent.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.engine.mode.Modes;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A mode that is not of this build works when it is added in one line: decided, journaled, replayed, described, retried, printed. */
class EscalationModeTest {
    private final Machine machine = new Machine(Modes.standard().with(new EscalationMode()));
    private long requests;

    private void submit() {
        SubmissionBuilder builder = new SubmissionBuilder().gid("g").kind(new EscalationMode().kind());
        for (int step = 1; step <= 3; step++) {
            builder.step("http://on-call/" + step, "", "{}".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(builder.check()).isNull();
        Submission submission = builder.build();
        machine.send(commands -> commands.submit(Request.of(++requests), submission, HistoryAnswer.NO_HISTORY));
    }

    private void reply(String name, Outcome outcome) {
        machine.reply(machine.openCall(name).number(), outcome, outcome == Outcome.SUCCESS ? "" : "no FAILURE");
    }

    @Test
    void shouldGoOnToTheNextAlternativeAndOverARestart() {
        submit();
        assertThat(machine.events).containsExactly("created 1 kind 42 submitted R=10");
        assertThat(machine.effects).containsExactly("call g/01/attempt", "answer 1 SUCCESS submitted");
        reply("g/01/attempt", Outcome.FAILURE);
        assertThat(machine.effects).containsExactly("call g/02/attempt");
        machine.restart();
        assertThat(machine.effects).containsExactly("call g/02/attempt");
        reply("g/02/attempt", Outcome.UNKNOWN);
        machine.now += 20_000;
        machine.send(Commands::tick);
        assertThat(machine.effects).containsExactly("call g/02/attempt attempt 1");
        reply("g/02/attempt", Outcome.SUCCESS);
        assertThat(machine.events).containsExactly("succeeded 1 row 1", "finished 1 succeed");
        machine.send(commands -> commands.query(++requests, "g"));
        assertThat(machine.effects).containsExactly("record 2 succeed failed succeed prepared");
        assertThat(machine.lastRecord.kind().wireName()).isEqualTo("escalation");
        assertThat(machine.lastRecord.branches().get(1).url()).isEqualTo("http://on-call/2");
    }

    @Test
    void shouldFailWhenEverybodyRefused() {
        submit();
        for (int step = 1; step <= 3; step++) {
            reply("g/0" + step + "/attempt", Outcome.FAILURE);
        }
        assertThat(machine.transaction("g").status).isEqualTo(TransactionStatus.FAILED);
    }

    @Test
    void shouldBeUnknownToABuildWithoutIt() {
        Machine without = new Machine();
        Submission submission = new SubmissionBuilder()
                .gid("g")
                .kind(new EscalationMode().kind())
                .step("http://a", "", new byte[0])
                .build();
        without.send(commands -> commands.submit(Request.of(1), submission, HistoryAnswer.NO_HISTORY));
        assertThat(without.effects).singleElement().asString().contains("is not available in this version");
    }
}
