package io.assent.barrier;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.client.BranchContext;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/**
 * Calls in every order, repeated, at the same time, with connections that die between the barrier's row and the commit: effects once or not at all, and no
 * money made or lost. {@code -Dassent.barrier.histories=N} makes a run longer, {@code -Dassent.barrier.seed=S} repeats one.
 */
@Timeout(600)
class DisorderTest {
    private static final int HISTORIES = Integer.getInteger("assent.barrier.histories", 400);

    private static Disorder disorder(TestDatabase database, Barrier barrier) throws SQLException {
        barrier.createTable();
        long seed = Long.getLong("assent.barrier.seed", System.nanoTime());
        System.out.println("-Dassent.barrier.seed=" + seed + " on " + database);
        return new Disorder(database, barrier, new Bank(database.source()), seed);
    }

    /** Every order of up to two actions and two undoings, one after the other: the effects of both or of none. */
    @ParameterizedTest
    @EnumSource
    void shouldHoldInEveryOrder(TestDatabase database) throws Exception {
        Disorder disorder = disorder(database, Barrier.on(database.source()));
        for (String[] pair : new String[][] {{"tcc", "try", "cancel"}, {"saga", "action", "compensate"}}) {
            for (List<Boolean> order : orders(2, 2)) {
                String gid = pair[0] + order + System.nanoTime();
                for (boolean undo : order) {
                    disorder.call(new BranchContext(pair[0], gid, "01", pair[undo ? 2 : 1]), 5, false);
                }
                boolean undoneFirst = order.get(0);
                assertThat(disorder.effects(gid, "01"))
                        .as(pair[0] + " " + order)
                        .containsExactlyInAnyOrder(undoneFirst ? new String[0] : new String[] {pair[1], pair[2]});
            }
        }
    }

    private static List<List<Boolean>> orders(int actions, int undoings) {
        List<List<Boolean>> orders = new ArrayList<>();
        if (actions == 0 && undoings == 0) {
            orders.add(List.of());
        }
        for (boolean undo : new boolean[] {false, true}) {
            if (undo ? undoings > 0 : actions > 0) {
                for (List<Boolean> rest : orders(undo ? actions : actions - 1, undo ? undoings - 1 : undoings)) {
                    List<Boolean> order = new ArrayList<>(List.of(undo));
                    order.addAll(rest);
                    orders.add(order);
                }
            }
        }
        return orders;
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "SQLITE")
    void shouldHoldInRandomHistoriesOfManyConnections(TestDatabase database) throws Exception {
        Disorder disorder = disorder(database, Barrier.on(database.source()));
        assertThat(disorder.run(HISTORIES, 8)).isEmpty();
        assertThat(disorder.moneyInTheBank()).isZero();
    }

    /** SQLite has one writer: fewer histories, side by side all the same. */
    @ParameterizedTest
    @EnumSource(names = "SQLITE")
    void shouldHoldInRandomHistoriesOfOneWriter(TestDatabase database) throws Exception {
        Disorder disorder = disorder(database, Barrier.on(database.source()));
        assertThat(disorder.run(HISTORIES / 4, 4)).isEmpty();
        assertThat(disorder.moneyInTheBank()).isZero();
    }

    /** The same histories find it when one of the barrier's rules is missing. */
    @ParameterizedTest
    @EnumSource(names = {"POSTGRESQL", "MARIADB"})
    void shouldFindABarrierThatForgetsNullCompensations(TestDatabase database) throws Exception {
        Barrier broken = Barrier.builder(database.source())
                .dialect(new WithoutNullCompensation(database.dialect))
                .build();
        Disorder disorder = disorder(database, broken);
        assertThat(disorder.run(60, 8)).isNotEmpty();
    }

    /** Writes no row of what is undone: only rows whose operation is their reason. */
    private record WithoutNullCompensation(BarrierDialect dialect) implements BarrierDialect {
        @Override
        public String insertSql(String table) {
            boolean postgres = dialect == StandardDialect.POSTGRESQL;
            String value = postgres ? "cast(? as varchar)" : "?";
            return "insert " + (postgres ? "" : "ignore ") + "into " + table
                    + " (trans_type, gid, branch_id, op, barrier_id, reason) select a, b, c, d, e, f from (select "
                    + Stream.of("a", "b", "c", "d", "e", "f")
                            .map(name -> value + " as " + name)
                            .collect(Collectors.joining(", "))
                    + ") x where d = f" + (postgres ? " on conflict do nothing" : "");
        }

        @Override
        public String defaultTable() {
            return dialect.defaultTable();
        }

        @Override
        public boolean isTransient(SQLException failure) {
            return dialect.isTransient(failure);
        }

        @Override
        public List<String> createSql(String table) {
            return dialect.createSql(table);
        }

        @Override
        public String cleanSql(String table) {
            return dialect.cleanSql(table);
        }
    }

    /** A seed gives the same calls in the same order to whoever repeats it. */
    @ParameterizedTest
    @EnumSource(names = "H2")
    void shouldMakeTheSameHistoryOfTheSameSeed(TestDatabase database) throws Exception {
        Disorder disorder = disorder(database, Barrier.on(database.source()));
        assertThat(disorder.history(new Random(7), "g")).isEqualTo(disorder.history(new Random(7), "g"));
    }
}
