package io.assent.barrier;

import io.assent.client.BranchContext;
import io.assent.client.LocalTransaction;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import javax.sql.DataSource;

/**
 * Makes branch operations of one database take effect once or not at all (PROTOCOL 12.7).
 *
 * <pre>{@code
 * Barrier barrier = Barrier.on(dataSource);
 *
 * // in a handler of branch calls, for action and compensation alike:
 * barrier.call(BranchContext.ofQuery(rawQuery), c -> accounts.add(c, "bob", amount));
 *
 * // a message whose steps are called if and only if the local transaction commits:
 * assent.msg("pay-4711").step(bank + "/TransIn", amount)
 *         .doAndSubmit(ourUrl + "/query-prepared", barrier.local(c -> accounts.add(c, "alice", -amount)));
 *
 * // its check-back:
 * return barrier.queryPrepared(BranchContext.ofQuery(rawQuery)) == MessageState.COMMITTED ? 200 : 409;
 * }</pre>
 *
 * <p>Safe for many threads. Rows stay until {@link #clean} deletes them; keep them longer than any transaction lives.
 */
public final class Barrier {
    private static final int ATTEMPTS = 3;
    private static final int CLEAN_ROWS = 1_000;
    private static final String FIRST_BARRIER_ID = "01";
    private static final String ROLLED_BACK = "rollback";

    private final DataSource dataSource;
    private final String namedTable;
    private final int attempts;
    /** Null until the first connection shows what the database is. */
    private volatile BarrierDialect dialect;

    private Barrier(Builder builder) {
        this.dataSource = builder.dataSource;
        this.namedTable = builder.table;
        this.dialect = builder.dialect;
        this.attempts = builder.attempts;
    }

    /**
     * A barrier on a database, with its dialect found by the first connection and DTM's table name.
     *
     * @throws IllegalArgumentException later, at the first use, if the database is none of {@link StandardDialect}.
     */
    public static Barrier on(DataSource dataSource) {
        return builder(dataSource).build();
    }

    /** Begins a barrier with settings of its own. */
    public static Builder builder(DataSource dataSource) {
        return new Builder(dataSource);
    }

    /** The settings of a barrier. */
    public static final class Builder {
        private final DataSource dataSource;
        private String table;
        private BarrierDialect dialect;
        private int attempts = ATTEMPTS;

        private Builder(DataSource dataSource) {
            this.dataSource = dataSource;
        }

        /**
         * Names the table; unless named it is the dialect's.
         *
         * @throws IllegalArgumentException unless it is a plain name with at most one schema in front.
         */
        public Builder table(String name) {
            this.table = TableName.checked(name);
            return this;
        }

        /** Sets the dialect instead of finding it by the first connection. */
        public Builder dialect(BarrierDialect ofDatabase) {
            this.dialect = ofDatabase;
            return this;
        }

        /**
         * How often a local transaction is run in all when the database ends it for a passing reason such as a deadlock; 3 unless set.
         *
         * @throws IllegalArgumentException below 1.
         */
        public Builder attempts(int inAll) {
            if (inAll < 1) {
                throw new IllegalArgumentException("attempts must be at least 1, but is " + inAll);
            }
            this.attempts = inAll;
            return this;
        }

        public Barrier build() {
            return new Barrier(this);
        }
    }

    /**
     * Runs the work of one branch operation in a local transaction of its own, unless the barrier forbids it, and commits.
     *
     * @param branch the operation that the coordinator called.
     * @param work may run again after a rollback, when the database gave up the transaction for a passing reason.
     * @return what was found; every value is a success to the coordinator.
     * @throws DuplicateMessage for the operation {@code msg} that has been decided before.
     * @throws Exception what the work threw, or the database; everything is rolled back.
     */
    public BarrierOutcome call(BranchContext branch, BranchWork work) throws Exception {
        return branch(branch).call(work);
    }

    /** The barrier of one branch call whose handler does guarded work more than once, or in a transaction that it manages itself. */
    public BranchBarrier branch(BranchContext branch) {
        return new BranchBarrier(this, branch);
    }

    /**
     * The local transaction of a message, for {@code doAndSubmit}: the work and the row by which {@link #queryPrepared} knows it, committed together.
     *
     * @param work as in {@link #call}.
     */
    public LocalTransaction local(BranchWork work) {
        return message -> call(message, work);
    }

    /**
     * Whether the local transaction of a message is committed. If it is not, it never will be: its row is taken. While the transaction is open this waits for
     * its end, so the answer is definite.
     *
     * @param asked the check-back's own context: branch {@code 00}, operation {@code msg}.
     * @throws IllegalArgumentException if it is the context of another operation.
     * @throws SQLException if the database does not answer; the coordinator asks again, so answer 500.
     */
    public MessageState queryPrepared(BranchContext asked) throws SQLException {
        BranchContext message = BranchContext.ofMessage(asked.gid());
        if (!message.equals(asked)) {
            throw new IllegalArgumentException("a check-back asks about " + message + ", but this is " + asked);
        }
        for (int attempt = 1; ; attempt++) {
            try (Connection connection = dataSource.getConnection()) {
                boolean autoCommit = connection.getAutoCommit();
                connection.setAutoCommit(true);
                try {
                    insert(connection, message, message.op(), FIRST_BARRIER_ID, ROLLED_BACK);
                    return stateOf(connection, message);
                } finally {
                    connection.setAutoCommit(autoCommit);
                }
            } catch (SQLException e) {
                if (attempt == attempts || !isTransient(e)) {
                    throw e;
                }
            }
        }
    }

    /**
     * Makes the table if it is not there. A service that may not change its schema uses the statements of its dialect by hand instead.
     *
     * @throws SQLException if the database refuses.
     */
    public void createTable() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : dialect(connection).createSql(table(connection))) {
                statement.execute(sql);
            }
            if (!connection.getAutoCommit()) {
                connection.commit();
            }
        }
    }

    /**
     * Deletes rows that are older than this, a thousand at a time so that no lock is held for long. A row that is deleted while its transaction can still be
     * called makes repeats possible again: keep rows longer than any transaction lives, a week or more.
     *
     * @return how many rows were deleted.
     * @throws IllegalArgumentException below one day: clocks and time zones of database and service may differ.
     * @throws SQLException if the database refuses; what was deleted before stays deleted.
     */
    public long clean(Duration olderThan) throws SQLException {
        if (olderThan.compareTo(Duration.ofDays(1)) < 0) {
            throw new IllegalArgumentException("olderThan must be at least a day, but is " + olderThan);
        }
        Timestamp before = Timestamp.from(Instant.now().minus(olderThan));
        long deleted = 0;
        try (Connection connection = dataSource.getConnection()) {
            boolean autoCommit = connection.getAutoCommit();
            connection.setAutoCommit(true);
            try (PreparedStatement delete =
                    connection.prepareStatement(dialect(connection).cleanSql(table(connection)))) {
                int rows;
                do {
                    delete.setTimestamp(1, before);
                    delete.setInt(2, CLEAN_ROWS);
                    rows = delete.executeUpdate();
                    deleted += rows;
                } while (rows == CLEAN_ROWS);
            } finally {
                connection.setAutoCommit(autoCommit);
            }
        }
        return deleted;
    }

    /** One guarded piece of work in a transaction of the barrier's own. */
    BarrierOutcome callAlone(BranchContext branch, String barrierId, BranchWork work) throws Exception {
        for (int attempt = 1; ; attempt++) {
            try (Connection connection = dataSource.getConnection()) {
                return callOnce(connection, branch, barrierId, work);
            } catch (Exception e) {
                if (attempt == attempts || !isTransient(e)) {
                    throw e;
                }
            }
        }
    }

    private BarrierOutcome callOnce(Connection connection, BranchContext branch, String barrierId, BranchWork work)
            throws Exception {
        boolean autoCommit = connection.getAutoCommit();
        dialect(connection).begin(connection);
        BarrierOutcome outcome;
        try {
            outcome = callWithin(connection, branch, barrierId, work);
            connection.commit();
        } catch (Throwable failure) {
            try {
                connection.rollback();
                connection.setAutoCommit(autoCommit);
            } catch (SQLException e) {
                failure.addSuppressed(e);
            }
            throw failure;
        }
        connection.setAutoCommit(autoCommit);
        return outcome;
    }

    /** The decision table on an open transaction that somebody else ends. */
    BarrierOutcome callWithin(Connection connection, BranchContext branch, String barrierId, BranchWork work)
            throws Exception {
        String op = branch.op();
        String undone = BarrierRules.undoneBy(op);
        boolean undoneInserted = undone != null && insert(connection, branch, undone, barrierId, op);
        boolean ownInserted = insert(connection, branch, op, barrierId, op);
        if (!ownInserted && op.equals(BarrierRules.OP_MESSAGE)) {
            throw new DuplicateMessage(branch.gid());
        }
        BarrierOutcome outcome = BarrierRules.decide(undoneInserted, ownInserted);
        if (outcome == BarrierOutcome.DONE) {
            work.run(connection);
        }
        return outcome;
    }

    private boolean insert(Connection connection, BranchContext branch, String op, String barrierId, String reason)
            throws SQLException {
        BarrierDialect sql = dialect(connection);
        try (PreparedStatement insert = connection.prepareStatement(sql.insertSql(table(connection)))) {
            insert.setString(1, branch.transType());
            insert.setString(2, branch.gid());
            insert.setString(3, branch.branchId());
            insert.setString(4, op);
            insert.setString(5, barrierId);
            insert.setString(6, reason);
            return sql.insert(insert);
        }
    }

    private MessageState stateOf(Connection connection, BranchContext message) throws SQLException {
        String select = "select reason from " + table(connection)
                + " where gid = ? and branch_id = ? and op = ? and barrier_id = ?";
        try (PreparedStatement query = connection.prepareStatement(select)) {
            query.setString(1, message.gid());
            query.setString(2, message.branchId());
            query.setString(3, message.op());
            query.setString(4, FIRST_BARRIER_ID);
            try (ResultSet rows = query.executeQuery()) {
                if (!rows.next()) {
                    throw new SQLException("the row of message '" + message.gid()
                            + "' is gone from the barrier table although it was just written or found");
                }
                return ROLLED_BACK.equals(rows.getString(1)) ? MessageState.ROLLED_BACK : MessageState.COMMITTED;
            }
        }
    }

    private BarrierDialect dialect(Connection connection) throws SQLException {
        BarrierDialect known = dialect;
        if (known == null) {
            known = StandardDialect.of(connection);
            dialect = known;
        }
        return known;
    }

    private String table(Connection connection) throws SQLException {
        return namedTable == null ? dialect(connection).defaultTable() : namedTable;
    }

    private boolean isTransient(Throwable failure) {
        BarrierDialect known = dialect;
        for (Throwable cause = failure; cause != null && known != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && known.isTransient(sql)) {
                return true;
            }
        }
        return false;
    }
}
