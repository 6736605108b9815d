package io.assent.transport.out;

import io.assent.engine.BranchCall;

/** A branch call over HTTP: open means connecting, written or redirected. */
final class HttpCall extends OutboundCall {
    /** Whether its payload is a JSON-RPC envelope and its reply is to be read as one. */
    final boolean jsonRpc;

    /** Where the next request goes; a redirect changes it. */
    Target target;

    /** Whether the next request is a POST; a redirect may change that. */
    boolean posts;
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
        this.target = target;
        this.posts = RequestWriter.posts(branch);
    }

    /** The destination that its target leads to. */
    HttpDestination httpDestination() {
        return (HttpDestination) destination;
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
