package io.assent.server.sequencer;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.engine.Answer;
import io.assent.engine.BranchCall;
import io.assent.engine.EffectQueue.AnswerEffect;
import io.assent.engine.EffectQueue.CallEffect;
import io.assent.engine.EffectQueue.Effect;
import io.assent.engine.HistoryAnswer;
import io.assent.engine.Outcome;
import io.assent.engine.Pressure;
import io.assent.engine.Request;
import io.assent.engine.Settings;
import io.assent.engine.StateMachine;
import io.assent.engine.Submission;
import io.assent.engine.SubmissionBuilder;
import io.assent.engine.TransactionKind;
import io.assent.engine.codec.CommandPublisher;
import io.assent.journal.MemoryJournal;
import io.assent.server.MachineDecider;
import io.netty.channel.DefaultEventLoop;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A ring of eight slots, 200 clients, every call answered at once: nothing is lost and nothing locks up, whoever drains and syncs. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DrainTest {
    private static final int TRANSACTIONS = 1_000;

    /** Clients and participants on one event loop: both meet a ring without room and come again. */
    private static final class World implements LoopOutlet {
        final DefaultEventLoop loop = new DefaultEventLoop();
        final CommandRing ring = new CommandRing(8, 1 << 20);
        final CommandPublisher commands = new CommandPublisher(ring.newSink());
        final ArrayDeque<Long> ended = new ArrayDeque<>();
        final ArrayDeque<Integer> unsubmitted = new ArrayDeque<>();
        final AtomicInteger refusals = new AtomicInteger();
        final AtomicInteger answers = new AtomicInteger();
        final AtomicInteger calls = new AtomicInteger();
        final CountDownLatch done = new CountDownLatch(2 * TRANSACTIONS);

        @Override
        public boolean isCurrentThread() {
            return loop.inEventLoop();
        }

        @Override
        public void deliver(List<Effect> effects) {
            for (Effect effect : effects) {
                if (effect instanceof CallEffect call) {
                    calls.incrementAndGet();
                    reply(call.call());
                } else if (effect instanceof AnswerEffect answer) {
                    assertThat(answer.answer().verdict()).isEqualTo(Answer.Verdict.SUCCESS);
                    answers.incrementAndGet();
                    done.countDown();
                }
            }
        }

        private void reply(BranchCall call) {
            ended.add(call.number());
            loop.execute(this::tell);
        }

        void tell() {
            while (!ended.isEmpty() && commands.branchReplied(ended.peek(), Outcome.SUCCESS, "", 0)) {
                ended.poll();
                done.countDown();
            }
            while (ended.isEmpty() && !unsubmitted.isEmpty() && submit(unsubmitted.peek())) {
                unsubmitted.poll();
            }
            if (!ended.isEmpty() || !unsubmitted.isEmpty()) {
                refusals.incrementAndGet();
                loop.schedule(this::tell, 100, TimeUnit.MICROSECONDS);
            }
        }

        private boolean submit(int number) {
            Submission submission = new SubmissionBuilder()
                    .gid("g" + number)
                    .kind(TransactionKind.SAGA)
                    .step("http://a", "", new byte[0])
                    .build();
            return commands.submit(Request.of(number + 1L), submission, HistoryAnswer.NO_HISTORY);
        }

        @Override
        public void execute(Runnable task) {
            loop.execute(task);
        }

        @Override
        public void executeLater(Runnable task, long delayMs) {
            loop.schedule(task, delayMs, TimeUnit.MILLISECONDS);
        }
    }

    @ParameterizedTest
    @CsvSource({"true,false", "true,true", "false,false", "false,true"})
    void shouldNeitherLoseNorLockUpWithATinyRing(boolean onLoop, boolean syncsOnThread) throws Exception {
        World world = new World();
        StateMachine machine = new StateMachine((gid, command, failure) -> {
            throw new AssertionError(failure);
        });
        MemoryJournal journal = new MemoryJournal();
        Halt halt = (why, cause) -> {
            cause.printStackTrace();
            throw new AssertionError(why, cause);
        };
        Drainer[] drainer = new Drainer[1];
        SyncThread syncs = syncsOnThread ? new SyncThread(journal, () -> drainer[0].wake(), halt) : null;
        EngineClock clock = EngineClock.real(System::nanoTime, System::currentTimeMillis, 0);
        Sequencer sequencer = new Sequencer(
                world.ring,
                new MachineDecider(machine),
                journal,
                clock,
                List.of(world),
                () -> Pressure.NONE,
                syncs,
                halt);
        sequencer.start(Settings.DEFAULT, 1);
        drainer[0] = onLoop ? new LoopDrainer(sequencer, world) : new ThreadDrainer(sequencer, List.of(world));
        world.ring.onPublished(drainer[0]::wake);
        drainer[0].start();
        world.loop.execute(() -> {
            for (int i = 0; i < TRANSACTIONS; i++) {
                world.unsubmitted.add(i);
            }
            world.tell();
        });
        assertThat(world.done.await(50, TimeUnit.SECONDS))
                .as("everything answered and called")
                .isTrue();
        drainer[0].runBetweenDrains(() -> {});
        drainer[0].close();
        if (syncs != null) {
            syncs.close();
        }
        assertThat(world.answers.get()).isEqualTo(TRANSACTIONS);
        assertThat(world.calls.get()).isEqualTo(TRANSACTIONS);
        assertThat(world.refusals.get()).as("the ring was full at times").isPositive();
        assertThat(journal.durablePosition()).isEqualTo(journal.appendedPosition());
        world.loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
