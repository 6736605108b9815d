package io.assent.barrier;

import static io.assent.barrier.BarrierOutcome.DONE;
import static io.assent.barrier.BarrierOutcome.NOTHING_TO_UNDO;
import static io.assent.barrier.BarrierOutcome.REPEATED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.client.BranchContext;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The decision table of PROTOCOL 12.7 on each kind of database. */
@Timeout(120)
class BarrierTest {
    private final String gid = UUID.randomUUID().toString();

    private static Barrier barrierOn(TestDatabase database) throws SQLException {
        Barrier barrier = Barrier.on(database.source());
        barrier.createTable();
        return barrier;
    }

    private BranchContext branch(String transType, String op) {
        return new BranchContext(transType, gid, "01", op);
    }

    private BranchWork effect(String op) {
        return c -> Bank.change(c, gid, "01", op, "alice", 1);
    }

    @ParameterizedTest
    @EnumSource
    void shouldRunWorkOnceWhenTheCallIsRepeated(TestDatabase database) throws Exception {
        Barrier barrier = barrierOn(database);
        Bank bank = new Bank(database.source());

        assertThat(barrier.call(branch("saga", "action"), effect("action"))).isEqualTo(DONE);
        assertThat(barrier.call(branch("saga", "action"), effect("action"))).isEqualTo(REPEATED);

        assertThat(bank.effects(gid, "01")).containsExactly("action");
        assertThat(bank.balance("alice")).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void shouldUndoWhatRanAndNothingTwice(TestDatabase database) throws Exception {
        Barrier barrier = barrierOn(database);
        Bank bank = new Bank(database.source());

        for (String[] ops : new String[][] {{"tcc", "try", "cancel"}, {"saga", "action", "compensate"}}) {
            assertThat(barrier.call(branch(ops[0], ops[1]), effect(ops[1]))).isEqualTo(DONE);
            assertThat(barrier.call(branch(ops[0], ops[2]), effect(ops[2]))).isEqualTo(DONE);
            assertThat(barrier.call(branch(ops[0], ops[2]), effect(ops[2]))).isEqualTo(REPEATED);
            assertThat(barrier.call(branch(ops[0], ops[1]), effect(ops[1]))).isEqualTo(REPEATED);
        }

        assertThat(bank.effects(gid, "01")).containsExactly("action", "cancel", "compensate", "try");
    }

    @ParameterizedTest
    @EnumSource
    void shouldForbidTheActionForGoodWhenItsUndoingComesFirst(TestDatabase database) throws Exception {
        Barrier barrier = barrierOn(database);
        Bank bank = new Bank(database.source());

        for (String[] ops : new String[][] {
            {"tcc", "try", "cancel"}, {"saga", "action", "compensate"}, {"workflow", "action", "rollback"}
        }) {
            BranchContext undoing = new BranchContext(ops[0], gid, ops[2], ops[2]);
            BranchContext late = new BranchContext(ops[0], gid, ops[2], ops[1]);
            assertThat(barrier.call(undoing, effect(ops[2]))).isEqualTo(NOTHING_TO_UNDO);
            assertThat(barrier.call(late, effect(ops[1]))).isEqualTo(REPEATED);
            assertThat(barrier.call(undoing, effect(ops[2]))).isEqualTo(REPEATED);
        }

        assertThat(bank.effects(gid, "01")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void shouldLeaveNothingBehindWhenTheWorkThrows(TestDatabase database) throws Exception {
        Barrier barrier = barrierOn(database);
        Bank bank = new Bank(database.source());

        assertThatThrownBy(() -> barrier.call(branch("saga", "action"), c -> {
                    Bank.change(c, gid, "01", "action", "alice", 1);
                    throw new IOException("no");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("no");

        assertThat(bank.effects(gid, "01")).isEmpty();
        assertThat(barrier.call(branch("saga", "action"), effect("action"))).isEqualTo(DONE);
    }

    @ParameterizedTest
    @EnumSource
    void shouldRunAgainWhenTheDatabaseGaveUpTheTransaction(TestDatabase database) throws Exception {
        Barrier barrier = barrierOn(database);
        Bank bank = new Bank(database.source());
        AtomicInteger runs = new AtomicInteger();

        BarrierOutcome outcome = barrier.call(branch("saga", "action"), c -> {
            Bank.change(c, gid, "01", "action", "alice", 1);
            if (runs.incrementAndGet() < 3) {
                // What a data access layer makes of a deadlock.
                throw new IllegalStateException(new SQLException("deadlock", "40001", passingCode(database)));
            }
        });

        assertThat(outcome).isEqualTo(DONE);
        assertThat(runs).hasValue(3);
        assertThat(bank.effects(gid, "01")).containsExactly("action");
        assertThatThrownBy(() -> barrier.call(branch("tcc", "confirm"), c -> {
                    runs.incrementAndGet();
                    throw new SQLException("deadlock", "40001", passingCode(database));
                }))
                .isInstanceOf(SQLException.class);
        assertThat(runs).as("three attempts and no more").hasValue(6);
    }

    private static int passingCode(TestDatabase database) {
        return database == TestDatabase.SQLITE ? 5 : 0;
    }

    @ParameterizedTest
    @EnumSource
    void shouldGuardEachPieceOfWorkOfOneCall(TestDatabase database) throws Exception {
        Barrier barrier = barrierOn(database);
        Bank bank = new Bank(database.source());

        BranchBarrier first = barrier.branch(branch("saga", "action"));
        assertThat(first.call(effect("one"))).isEqualTo(DONE);
        assertThatThrownBy(() -> first.call(c -> {
                    throw new IOException("crash");
                }))
                .isInstanceOf(IOException.class);
        BranchBarrier again = barrier.branch(branch("saga", "action"));
        assertThat(again.call(effect("one"))).isEqualTo(REPEATED);
        assertThat(again.call(effect("two"))).isEqualTo(DONE);

        assertThat(bank.effects(gid, "01")).containsExactly("one", "two");
        for (int used = 2; used < 99; used++) {
            again.call(c -> {});
        }
        assertThatThrownBy(() -> again.call(c -> {})).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @EnumSource
    void shouldJoinATransactionThatTheCallerEnds(TestDatabase database) throws Exception {
        Barrier barrier = barrierOn(database);
        Bank bank = new Bank(database.source());

        try (Connection connection = database.source().getConnection()) {
            assertThatThrownBy(() -> barrier.branch(branch("saga", "action")).callWithin(connection, effect("action")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("auto-commit");
            connection.setAutoCommit(false);
            assertThat(barrier.branch(branch("saga", "action")).callWithin(connection, effect("action")))
                    .isEqualTo(DONE);
            connection.rollback();
            assertThat(barrier.branch(branch("saga", "action")).callWithin(connection, effect("action")))
                    .isEqualTo(DONE);
            connection.commit();
        }

        assertThat(bank.effects(gid, "01")).containsExactly("action");
    }

    @ParameterizedTest
    @EnumSource
    void shouldGiveTheConnectionBackAsItWas(TestDatabase database) throws Exception {
        Connection lent = database.source().getConnection();
        AtomicInteger closed = new AtomicInteger();
        DataSource pool = new OneConnection(lent, closed);
        Barrier barrier = Barrier.builder(pool).dialect(database.dialect).build();
        barrier.createTable();
        new Bank(database.source());

        for (boolean autoCommit : new boolean[] {true, false}) {
            lent.setAutoCommit(autoCommit);
            barrier.call(new BranchContext("saga", gid + autoCommit, "01", "action"), c -> {});
            assertThat(lent.getAutoCommit()).isEqualTo(autoCommit);
            assertThatThrownBy(() -> barrier.call(new BranchContext("tcc", gid + autoCommit, "01", "try"), c -> {
                        throw new IOException("no");
                    }))
                    .isInstanceOf(IOException.class);
            assertThat(lent.getAutoCommit()).isEqualTo(autoCommit);
            barrier.queryPrepared(BranchContext.ofMessage(gid + autoCommit));
            assertThat(lent.getAutoCommit()).isEqualTo(autoCommit);
        }
        assertThat(closed.get()).isEqualTo(1 + 2 * 3);
        lent.setAutoCommit(true);
        lent.close();
    }

    @ParameterizedTest
    @EnumSource
    void shouldTellWhetherALocalTransactionIsCommitted(TestDatabase database) throws Exception {
        Barrier barrier = barrierOn(database);
        Bank bank = new Bank(database.source());
        BranchContext message = BranchContext.ofMessage(gid);
        BranchContext never = BranchContext.ofMessage(gid + "-never");

        barrier.local(c -> Bank.change(c, gid, "00", "msg", "alice", -1)).run(message);
        assertThat(barrier.queryPrepared(message)).isEqualTo(MessageState.COMMITTED);
        assertThatThrownBy(() -> barrier.local(effect("msg")).run(message)).isInstanceOf(DuplicateMessage.class);
        assertThat(barrier.queryPrepared(message)).isEqualTo(MessageState.COMMITTED);

        assertThat(barrier.queryPrepared(never)).isEqualTo(MessageState.ROLLED_BACK);
        assertThatThrownBy(() -> barrier.local(effect("msg")).run(never)).isInstanceOf(DuplicateMessage.class);
        assertThat(barrier.queryPrepared(never)).isEqualTo(MessageState.ROLLED_BACK);

        assertThat(bank.effects(gid, "00")).containsExactly("msg");
        assertThat(bank.effects(gid, "01")).isEmpty();
        assertThatThrownBy(() -> barrier.queryPrepared(branch("saga", "action")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** The answer is definite only if it waits for the end of an open local transaction. */
    @ParameterizedTest
    @EnumSource(names = {"POSTGRESQL", "MARIADB", "H2"})
    void shouldLetACheckBackWaitForAnOpenLocalTransaction(TestDatabase database) throws Exception {
        Barrier barrier = barrierOn(database);
        new Bank(database.source());
        for (boolean commits : new boolean[] {true, false}) {
            BranchContext message = BranchContext.ofMessage(gid + commits);
            CountDownLatch open = new CountDownLatch(1);
            CountDownLatch end = new CountDownLatch(1);
            CompletableFuture<Void> local = CompletableFuture.runAsync(() -> {
                try {
                    barrier.local(c -> {
                                open.countDown();
                                end.await();
                                if (!commits) {
                                    throw new IOException("the business says no");
                                }
                            })
                            .run(message);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            open.await();
            CompletableFuture<MessageState> asked = CompletableFuture.supplyAsync(() -> {
                try {
                    return barrier.queryPrepared(message);
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            // Whenever the answer comes, it must not have come from a row that is not decided; the latch only makes the
            // wait likely.
            assertThat(new CountDownLatch(1).await(100, TimeUnit.MILLISECONDS)).isFalse();
            assertThat(asked).isNotDone();
            end.countDown();
            assertThat(asked.get()).isEqualTo(commits ? MessageState.COMMITTED : MessageState.ROLLED_BACK);
            assertThat(local.handle((done, failure) -> failure == null).get()).isEqualTo(commits);
        }
    }

    /** A column that ignores case or trailing blanks would make one key of two gids. */
    @ParameterizedTest
    @EnumSource
    void shouldTellGidsApartThatLookAlike(TestDatabase database) throws Exception {
        Barrier barrier = barrierOn(database);
        new Bank(database.source());

        for (String alike : List.of(gid + "-ä", gid + "-Ä", gid + "-a", gid + "-A", gid + "-Å", gid + "-%")) {
            assertThat(barrier.call(new BranchContext("saga", alike, "01", "action"), c -> {}))
                    .as(alike)
                    .isEqualTo(DONE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldTakeNamesAtTheirBoundAndWriteThemWhole(TestDatabase database) throws Exception {
        Barrier barrier = barrierOn(database);
        new Bank(database.source());
        String longGid = (gid + "ä".repeat(128)).substring(0, 127);

        for (String end : List.of("x", "y")) {
            assertThat(barrier.call(new BranchContext("saga", longGid + end, "1".repeat(128), "o".repeat(45)), c -> {}))
                    .isEqualTo(DONE);
        }
        assertThatThrownBy(() -> new BranchContext("saga", longGid + "xy", "01", "action"))
                .hasMessageContaining("gid has 129 characters");
    }

    @ParameterizedTest
    @EnumSource
    void shouldDeleteOldRowsOnly(TestDatabase database) throws Exception {
        Barrier barrier = barrierOn(database);
        new Bank(database.source());
        barrier.clean(Duration.ofDays(2));
        BranchContext young = new BranchContext("saga", gid + "-young", "01", "action");
        barrier.call(young, c -> {});
        int old = 2_500;
        try (Connection connection = database.source().getConnection();
                PreparedStatement insert = connection.prepareStatement("insert into " + database.dialect.defaultTable()
                        + " (trans_type, gid, branch_id, op, barrier_id, reason, create_time)"
                        + " values ('saga', ?, '01', 'action', ?, 'action', ?)")) {
            connection.setAutoCommit(false);
            for (int i = 0; i < old; i++) {
                insert.setString(1, gid + "-old");
                insert.setString(2, "b" + i);
                insert.setTimestamp(3, Timestamp.from(Instant.now().minus(Duration.ofDays(9))));
                insert.addBatch();
            }
            insert.executeBatch();
            connection.commit();
        }

        assertThat(barrier.clean(Duration.ofDays(7))).isEqualTo(old);
        assertThat(barrier.clean(Duration.ofDays(7))).isZero();
        assertThat(barrier.call(young, c -> {})).isEqualTo(REPEATED);
        assertThatThrownBy(() -> barrier.clean(Duration.ofHours(23))).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @EnumSource
    void shouldUseTheTableThatIsNamed(TestDatabase database) throws Exception {
        Barrier barrier = Barrier.builder(database.source()).table("my_barrier").build();
        if (database == TestDatabase.POSTGRESQL || database == TestDatabase.MARIADB) {
            barrierOn(database);
        }
        barrier.createTable();
        barrier.createTable();

        assertThat(barrier.call(branch("saga", "action"), c -> {})).isEqualTo(DONE);
        assertThatThrownBy(() -> Barrier.builder(database.source()).table("x; drop table account"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Barrier.builder(database.source()).attempts(0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
