package io.assent.barrier;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/**
 * What a barrier needs to know about a kind of database. {@link StandardDialect} has those that this project tests against a real server; implement this
 * for another one. Implementations are immutable and safe for many threads.
 */
public interface BarrierDialect {
    /** The table that is used unless another is named: DTM's, where the database has schemas. */
    String defaultTable();

    /**
     * The statement that inserts one row unless the unique key (gid, branch_id, op, barrier_id) is taken. It must wait while another open transaction
     * has inserted the same key, for that is what makes an answer definite.
     *
     * @param table the table's name, already checked.
     * @return SQL with six parameters: trans_type, gid, branch_id, op, barrier_id, reason.
     */
    String insertSql(String table);

    /**
     * Runs the prepared {@link #insertSql}.
     *
     * @param insert with its parameters set.
     * @return whether the row is new.
     * @throws SQLException anything but a taken key.
     */
    default boolean insert(PreparedStatement insert) throws SQLException {
        return insert.executeUpdate() > 0;
    }

    /**
     * Whether the database gave up the whole transaction for reasons that are gone when it is run again: a deadlock, a conflict of versions, a lock that
     * was waited for too long.
     */
    boolean isTransient(SQLException failure);

    /**
     * Statements that make the table, each of them harmless when it is there already.
     *
     * @param table the table's name, already checked; with a schema in front where the database has them.
     */
    List<String> createSql(String table);

    /**
     * The statement that deletes at most so many rows older than a time.
     *
     * @return SQL with two parameters: the time as a timestamp, the number of rows.
     */
    String cleanSql(String table);

    /** Prepares a connection whose transaction the barrier begins itself; nothing to do for most databases. */
    default void begin(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
    }
}
