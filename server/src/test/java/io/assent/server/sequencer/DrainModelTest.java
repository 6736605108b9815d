package io.assent.server.sequencer;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.engine.Answer;
import io.assent.engine.Answer.Verdict;
import io.assent.engine.HistoryAnswer;
import io.assent.engine.Outcome;
import io.assent.engine.Request;
import io.assent.engine.Submission;
import io.assent.engine.SubmissionBuilder;
import io.assent.engine.TransactionKind;
import io.assent.engine.TransactionStatus;
import io.assent.journal.MemoryJournal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever waits goes on by itself (SAFETY, Bounds): a model of both drainers on virtual time. The world does things to them in every order; then it does
 * nothing more, and everything must come to its end without another request.
 */
class DrainModelTest {
    private static final String ACTION = "http://rm/action";
    private static final int EVERY_ORDER_OF = 4;
    private static final int RANDOM_HISTORIES = 2_000;
    private static final int RANDOM_LENGTH = 25;

    /** One server and what was asked of it. */
    private static final class Model {
        final MemoryJournal journal = new MemoryJournal();
        final VirtualServer server;
        final List<Long> asked = new ArrayList<>();
        int gids;

        Model(boolean onLoop) {
            server = new VirtualServer(onLoop, journal, 8, 0);
            server.answers(ACTION, 10, Outcome.SUCCESS);
            server.start();
        }

        boolean submit(int delayS) {
            Submission submission = new SubmissionBuilder()
                    .gid("g" + ++gids)
                    .kind(TransactionKind.MSG)
                    .delay(delayS)
                    .step(ACTION, "", new byte[0])
                    .build();
            return keep(server.ask((out, id) -> out.submit(Request.of(id), submission, HistoryAnswer.NO_HISTORY)));
        }

        void query() {
            keep(server.ask((out, id) -> out.query(id, "g1")));
        }

        void fillRing() {
            while (submit(0)) {
                assertThat(asked.size()).isLessThan(10_000);
            }
        }

        /** The journal's disk is full, or has room again; nobody is told. */
        void room(boolean available) {
            journal.room(available);
        }

        /** The sync under way ends, and its thread wakes the drainer. */
        void endSync() {
            if (journal.isSyncing()) {
                journal.finishSync();
                server.wake();
            }
        }

        private boolean keep(long requestId) {
            if (requestId != 0) {
                asked.add(requestId);
            }
            return requestId != 0;
        }

        void calm() {
            room(true);
            journal.slowSync(false);
            endSync();
            server.run(60_000);
        }

        void checkEverythingIsDone(Object history) {
            for (long id : asked) {
                assertThat(server.answers.containsKey(id) || server.records.containsKey(id))
                        .as("request %s of %s is answered", id, history)
                        .isTrue();
            }
            assertThat(server.sequencer.isIdle()).as("idle behind %s", history).isTrue();
            assertThat(server.machine.openCallCount())
                    .as("open calls behind %s", history)
                    .isZero();
            assertThat(server.machine.nextDeadlineMs())
                    .as("deadline behind %s", history)
                    .isEqualTo(Long.MAX_VALUE);
            assertThat(server.machine.liveTransactions())
                    .as("unfinished behind %s", history)
                    .isZero();
            assertThat(journal.durablePosition())
                    .as("durable behind %s", history)
                    .isEqualTo(journal.appendedPosition());
        }
    }

    /** What the world does. */
    private enum Act {
        SUBMIT(model -> model.submit(0)),
        SUBMIT_DELAYED(model -> model.submit(2)),
        QUERY(Model::query),
        FILL_RING(Model::fillRing),
        NO_ROOM(model -> model.room(false)),
        ROOM(model -> model.room(true)),
        SLOW_SYNCS(model -> model.journal.slowSync(true)),
        SYNC_ENDS(Model::endSync),
        MOMENT(model -> model.server.run(15)),
        WHILE(model -> model.server.run(3_000)),
        PAUSE(model -> model.server.pause(30_000));

        final Consumer<Model> done;

        Act(Consumer<Model> done) {
            this.done = done;
        }
    }

    private static void live(boolean onLoop, Act... history) {
        Model model = new Model(onLoop);
        try {
            for (Act act : history) {
                act.done.accept(model);
            }
            model.calm();
        } catch (RuntimeException | AssertionError failure) {
            throw new AssertionError(Arrays.toString(history), failure);
        }
        model.checkEverythingIsDone(Arrays.toString(history));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldComeToItsEndByItselfBehindEveryShortHistory(boolean onLoop) {
        Act[] acts = Act.values();
        int count = (int) Math.pow(acts.length, EVERY_ORDER_OF);
        for (int number = 0; number < count; number++) {
            Act[] history = new Act[EVERY_ORDER_OF];
            for (int place = 0, rest = number; place < history.length; place++, rest /= acts.length) {
                history[place] = acts[rest % acts.length];
            }
            live(onLoop, history);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldComeToItsEndByItselfBehindLongHistories(boolean onLoop) {
        for (int seed = 0; seed < RANDOM_HISTORIES; seed++) {
            Random random = new Random(seed);
            Act[] history = new Act[RANDOM_LENGTH];
            Arrays.setAll(history, place -> Act.values()[random.nextInt(Act.values().length)]);
            live(onLoop, history);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldGoOnByItselfWhenThereIsRoomAgainAlsoWithAFullRing(boolean onLoop) {
        Model model = new Model(onLoop);
        model.room(false);
        model.fillRing();
        model.server.run(500);
        assertThat(model.server.answers).isEmpty();
        model.room(true);
        model.server.run(200);
        assertThat(model.server.answers).hasSize(model.asked.size());
        model.server.answers.forEach(
                (id, answer) -> assertThat(answer.verdict()).isEqualTo(Verdict.SUCCESS));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldAnswerReadsAndRefuseWhatRecordsWhileTheJournalHasNoRoom(boolean onLoop) {
        Model model = new Model(onLoop);
        VirtualServer server = model.server;
        model.submit(0);
        server.run(5);
        model.room(false);
        server.run(20);
        assertThat(server.calls).hasSize(1);
        server.run(2_000);
        assertThat(server.sequencer.hasNoRoom()).isTrue();
        for (int i = 0; i < 100; i++) {
            assertThat(model.submit(0))
                    .as("a place in the ring for request " + i)
                    .isTrue();
            model.query();
            server.run(0);
            long query = model.asked.get(model.asked.size() - 1);
            assertThat(server.records.get(query).status()).isEqualTo(TransactionStatus.SUBMITTED);
            Answer refused = server.answers.get(model.asked.get(model.asked.size() - 2));
            assertThat(refused).isEqualTo(Answer.refused(Sequencer.NO_ROOM, null));
        }
        model.room(true);
        server.run(200);
        assertThat(server.sequencer.hasNoRoom()).isFalse();
        assertThat(server.machine.finishedTransactions())
                .as("the reply that came meanwhile counts")
                .isEqualTo(1);
        assertThat(server.calls).hasSize(1);
    }
}
