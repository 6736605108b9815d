package io.assent.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A finished gid is never created again while a history exists, whatever comes between the look-up and the command (SAFETY). */
class HistoryTest {
    private static final int HISTORIES = 400;
    private static final long BASE_SEED = 7_000L;

    @Test
    void shouldNeverCreateAFinishedGidAgainInWhateverOrder() {
        int lookedAgain = 0;
        int refused = 0;
        for (int i = 0; i < HISTORIES; i++) {
            World world = new World(BASE_SEED + i);
            try {
                world.run();
            } catch (AssertionError failure) {
                throw new AssertionError("seed " + (BASE_SEED + i) + ": " + failure.getMessage(), failure);
            }
            lookedAgain += world.lookedAgain;
            refused += world.refused;
        }
        assertThat(lookedAgain).as("stale look-ups met").isPositive();
        assertThat(refused).as("finished gids refused").isPositive();
    }

    /** Commands that looked their gid up some time ago wait in a list, as they do in a ring. */
    private static final class World {
        private final Random random;
        private final Machine machine = new Machine();
        private final MemoryHistory history = new MemoryHistory();
        private final List<Pending> pending = new ArrayList<>();
        private final Set<String> finished = new HashSet<>();
        private int flushedRecords;
        private long requests;
        int lookedAgain;
        int refused;

        private record Pending(String gid, HistoryAnswer answer) {}

        World(long seed) {
            random = new Random(seed);
            machine.send(commands -> commands.configure(new Settings(10, 35, 0, 0, 1_000, 1 << 30, 0, true)));
        }

        void run() {
            for (int step = 0; step < 80; step++) {
                switch (random.nextInt(5)) {
                    case 0 -> lookUp("g" + random.nextInt(4));
                    case 1, 2 -> submitOne();
                    case 3 -> flush();
                    default -> machine.send(commands -> commands.forgetFinished(history.position()));
                }
            }
        }

        private void lookUp(String gid) {
            pending.add(new Pending(gid, history.find(gid)));
        }

        private void submitOne() {
            if (pending.isEmpty()) {
                return;
            }
            Pending command = pending.remove(random.nextInt(pending.size()));
            Submission submission = new SubmissionBuilder()
                    .gid(command.gid())
                    .kind(TransactionKind.SAGA)
                    .build();
            long request = ++requests;
            machine.send(commands -> commands.submit(Request.of(request), submission, command.answer()));
            String effect = machine.effects.get(0);
            if (effect.startsWith("lookAgain")) {
                lookedAgain++;
                lookUp(command.gid());
            } else if (effect.contains("SUCCESS")) {
                assertThat(finished.add(command.gid()))
                        .as("gid created again: " + command.gid())
                        .isTrue();
            } else {
                refused++;
                assertThat(effect).contains("current status 'succeed'");
                assertThat(finished).contains(command.gid());
            }
        }

        /** What a follower does: everything that finished in the records so far goes to the history. */
        private void flush() {
            for (; flushedRecords < machine.records.size(); flushedRecords++) {
                List<String> lines = new ArrayList<>();
                EventLines.of(machine.records.get(flushedRecords), lines);
                for (String line : lines) {
                    if (line.startsWith("finished")) {
                        long id = Long.parseLong(line.split(" ")[1]);
                        history.add(gidOf(id), TransactionStatus.SUCCEED);
                    }
                }
            }
            history.completeUpTo(flushedRecords);
        }

        private String gidOf(long id) {
            for (String gid : new String[] {"g0", "g1", "g2", "g3"}) {
                Transaction transaction = machine.transaction(gid);
                if (transaction != null && transaction.id == id) {
                    return gid;
                }
            }
            throw new AssertionError("transaction " + id + " left the state before the history had it");
        }
    }
}
