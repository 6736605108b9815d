package io.assent.barrier;

import java.sql.Connection;

/** The business work of one branch operation. */
@FunctionalInterface
public interface BranchWork {
    /**
     * Does the work in the transaction of this connection. It must not commit, roll back or close the connection: the barrier does, together with its rows.
     *
     * @param connection with auto-commit off.
     * @throws Exception rolls the local transaction back, barrier rows included, and reaches the caller as it is.
     */
    void run(Connection connection) throws Exception;
}
