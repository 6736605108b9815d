package io.assent.engine.mode;

import io.assent.engine.TransactionKind;

/**
 * Phase two of XA branches (PROTOCOL 6.5). Participants register their prepared local transactions; the submit commits all, an abort or the
 * time-out rolls all back, the branch registered first first.
 */
public final class XaMode extends RegisteredBranchesMode {

    public XaMode() {
        super(TransactionKind.XA, false);
    }
}
