package io.assent.barrier;

import io.assent.client.BranchContext;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * The barrier of one branch call. Each guarded piece of work gets the next barrier id (01, 02, ...), so a handler must do its pieces in the same order at each
 * call. Belongs to the thread of the call.
 */
public final class BranchBarrier {
    private static final int IDS_MAX = 99;

    private final Barrier barrier;
    private final BranchContext branch;
    private int used;

    BranchBarrier(Barrier barrier, BranchContext branch) {
        this.barrier = barrier;
        this.branch = branch;
    }

    /**
     * Runs the work in a local transaction of its own and commits; see {@link Barrier#call}.
     *
     * @throws IllegalStateException at the hundredth piece of work.
     */
    public BarrierOutcome call(BranchWork work) throws Exception {
        return barrier.callAlone(branch, nextId(), work);
    }

    /**
     * Runs the work in a transaction that the caller has begun and ends itself, for example one that a framework manages. <b>The caller commits whatever the
     * outcome is</b>: the rows of a repeat or of a null compensation must last too. It rolls back only when this throws.
     *
     * @param connection with auto-commit off.
     * @throws IllegalStateException if auto-commit is on: the rows would last without the work.
     */
    public BarrierOutcome callWithin(Connection connection, BranchWork work) throws Exception {
        requireTransaction(connection);
        return barrier.callWithin(connection, branch, nextId(), work);
    }

    private static void requireTransaction(Connection connection) throws SQLException {
        if (connection.getAutoCommit()) {
            throw new IllegalStateException("the connection is in auto-commit mode: begin a transaction first");
        }
    }

    private String nextId() {
        if (used == IDS_MAX) {
            throw new IllegalStateException("a branch call has at most " + IDS_MAX + " guarded pieces of work");
        }
        used++;
        return (used < 10 ? "0" : "") + used;
    }
}
