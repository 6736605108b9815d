package io.assent.transport.out;

import io.assent.engine.BranchCall;

/** A call that can not be made at all; it only has an end. */
final class UnsendableCall extends OutboundCall {

    UnsendableCall(Dispatcher dispatcher, BranchCall branch) {
        super(dispatcher, branch);
    }

    @Override
    void drop() {
        throw new IllegalStateException("nothing is under way for call " + branch.number());
    }
}
