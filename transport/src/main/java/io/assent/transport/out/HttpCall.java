package io.assent.transport.out;

import io.assent.engine.BranchCall;
import io.assent.engine.BranchCall.Header;
import io.assent.engine.TransactionKind;
import io.assent.transport.MemoryBudget;
import java.util.List;

/** A branch call over HTTP: open means connecting, written or redirected. */
final class HttpCall extends OutboundCall {
    private static final String CHECK_BACK_ID = "00";
    private static final int SMALL_ENVELOPE_BYTES = 16 << 10;

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

    /** What is sent: the branch as it is, or with an envelope as its payload. Null for an envelope that is made when it is needed. */
    private BranchCall sent;

    /** Holds a large envelope; null before there is one. */
    private MemoryBudget.Share envelope;

    HttpCall(Dispatcher dispatcher, BranchCall branch, boolean jsonRpc, Target target) {
        super(dispatcher, branch);
        this.jsonRpc = jsonRpc;
        this.headers = HopByHop.without(branch.headers());
        this.target = target;
        this.sent = jsonRpc ? null : branch;
        this.posts = jsonRpc || RequestWriter.posts(branch);
    }

    /** Refuses a payload that can not stand in an envelope. A call that has to wait holds no copy of a large payload meanwhile. */
    void checkEnvelope() throws Unsendable {
        BranchCall wrapped = dispatcher.jsonRpc.wrapped(branch);
        if (wrapped.payloadLength() <= SMALL_ENVELOPE_BYTES) {
            sent = wrapped;
        }
    }

    /** What is to be written; null when there is no memory for it. */
    BranchCall toSend() {
        if (sent == null) {
            envelope = dispatcher.memory.share(MemoryBudget.Use.CALLS);
            if (!envelope.hold(2L * branch.payloadLength())) {
                return null;
            }
            try {
                sent = dispatcher.jsonRpc.wrapped(branch);
                envelope.hold(sent.payloadLength());
            } catch (Unsendable changed) {
                throw new IllegalStateException("the payload was good before", changed);
            }
        }
        return sent;
    }

    /** It is over: it holds nothing any more. */
    @Override
    void settled() {
        if (envelope != null) {
            envelope.free();
        }
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
