package io.assent.transport.front;

import io.assent.engine.Answer;
import io.assent.engine.CronReset;
import io.assent.engine.Request;
import io.assent.engine.TopicPage;
import io.assent.engine.TransactionFilter;
import io.assent.engine.TransactionPage;
import io.assent.engine.TransactionRecord;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** One HTTP request and its response to be. Its connection's event loop. */
final class Exchange extends PendingRequest {
    /** What no route claims is counted under one name. */
    static final String UNKNOWN_API = "unknown";

    /** How a transaction is shown. */
    enum Shape {
        /** {@code query}. */
        QUERY,
        /** {@code all} with a gid. */
        SINGLE,
        /** {@code prepareWorkflow}; what it refuses is shown as one that says nothing. */
        WORKFLOW
    }

    final Connection connection;
    final boolean keepAlive;
    final boolean http10;
    final boolean head;
    final boolean expectsContinue;

    /** For metrics; null for what is not counted. */
    String api = UNKNOWN_API;

    long startedNanos;

    Shape shape = Shape.QUERY;
    /** The id of a JSON-RPC request; null for plain HTTP. */
    String rpcId;

    String position = "";
    /** A gid as given when it differs from what it was cleaned to, else "". */
    String rawGid = "";

    Endpoint endpoint;
    TransactionFilter filter;
    final List<TransactionRecord> collected = new ArrayList<>(0);

    CronReset reset;
    Request request;
    int resetCount;

    /** The response, null until there is one: its head, and its body when that is small. */
    ByteBuf response;
    /** A body that is sent in pieces, else null. */
    RenderedBody body;

    Exchange(Connection connection, boolean keepAlive, boolean http10, boolean head, boolean expectsContinue) {
        this.connection = connection;
        this.keepAlive = keepAlive;
        this.http10 = http10;
        this.head = head;
        this.expectsContinue = expectsContinue;
    }

    /** Bytes of the response that are not sent. */
    long responseBytes() {
        return (response == null ? 0 : response.readableBytes()) + (body == null ? 0 : body.remaining());
    }

    @Override
    protected void discard() {
        if (response != null) {
            response.release();
            response = null;
        }
        body = null;
    }

    @Override
    protected void noMemory() {
        connection.abort();
    }

    @Override
    protected void answer(Answer answer) {
        connection.loop().responses().answer(this, answer);
    }

    @Override
    protected void record(TransactionRecord record) {
        connection.loop().routes().reads().record(this, record);
    }

    @Override
    protected void page(TransactionPage page) {
        connection.loop().routes().reads().page(this, page);
    }

    @Override
    protected void topics(TopicPage page) {
        connection.loop().routes().reads().topics(this, page);
    }

    @Override
    protected void cronReset(CronReset.Part part) {
        connection.loop().routes().reads().cronReset(this, part);
    }
}
