package io.assent.transport.out;

import io.assent.engine.BranchCall;
import io.assent.engine.BranchCall.Header;
import io.assent.engine.TransactionKind;
import java.util.List;

/** A branch call over HTTP: open means connecting, written or redirected. */
final class HttpCall extends OutboundCall {
    private static final String CHECK_BACK_ID = "00";

    /** Whether its payload is a JSON-RPC envelope and its reply is to be read as one. */
    final boolean jsonRpc;
    /** The branch headers that are sent. */
    final List<Header> headers;

    /** Where the next request goes; a redirect changes it. */
    Target target;

    final boolean posts;
    /** Whether a Host among the branch headers still holds; it ends with a redirect to an absolute location. */
    boolean hostKept = true;

    boolean contentTypeDropped;
    boolean credentialsDropped;
    /** Requests of this call, without the one that a dead connection may cost. */
    int requests = 1;
    /** Whether this request was sent again because its kept connection turned out to be dead. */
    boolean resent;

    Dial dial;
    Connection connection;

    HttpCall(Dispatcher dispatcher, BranchCall branch, boolean jsonRpc, Target target) {
        super(dispatcher, branch);
        this.jsonRpc = jsonRpc;
        this.headers = HopByHop.without(branch.headers());
        this.target = target;
        this.posts = RequestWriter.posts(branch);
    }

    /** Whether the client of a message is asked what became of its own part. */
    boolean checksBack() {
        return branch.kind().equals(TransactionKind.MSG) && branch.branchId().equals(CHECK_BACK_ID);
    }

    /** The destination that its target leads to. */
    HttpDestination httpDestination() {
        return (HttpDestination) destination;
    }

    @Override
    String late() {
        return dial != null && dial.securing()
                ? "no answer to the TLS handshake" + inTime() + ", a port that speaks no TLS is called by http://"
                : super.late();
    }

    @Override
    void drop() {
        if (connection != null) {
            Connection abandoned = connection;
            connection = null;
            abandoned.abandon();
        }
        if (dial != null) {
            dial.abandon();
        }
    }
}
