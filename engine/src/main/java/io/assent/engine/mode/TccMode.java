package io.assent.engine.mode;

import io.assent.engine.TransactionKind;

/**
 * Try, confirm, cancel (PROTOCOL 6.4). The client tries each branch itself, after it has registered it; the submit confirms all, an abort or
 * the time-out cancels all, the branch registered last first.
 */
public final class TccMode extends RegisteredBranchesMode {

    public TccMode() {
        super(TransactionKind.TCC, true);
    }
}
