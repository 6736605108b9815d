package io.assent.transport.front;

import io.assent.engine.HistoryAnswer;
import io.assent.engine.Request;
import io.assent.engine.Submission;
import io.assent.engine.TransactionFilter;
import io.assent.engine.TransactionRecord;
import io.assent.transport.Deadlines;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** One request and its response to be. Its connection's event loop. */
final class Exchange extends Deadlines.Entry {

    /** How the engine's answer is shown. */
    enum Shape {
        /** Success or refusal. */
        ANSWER,
        /** {@code query}. */
        QUERY,
        /** {@code all} with a gid. */
        SINGLE,
        /** {@code all}. */
        LIST
    }

    final Connection connection;
    final boolean keepAlive;
    final boolean http10;
    final boolean head;
    final boolean expectsContinue;

    /** 0 until the engine is asked. */
    long requestId;

    Shape shape = Shape.ANSWER;
    String gid = "";
    String position = "";
    /** Whether its client waits for a round. */
    boolean waits;

    boolean isSubmit;
    Request request;
    Submission submission;
    HistoryAnswer history;

    TransactionFilter filter;
    final List<TransactionRecord> collected = new ArrayList<>(0);

    /** The whole response, null until there is one. */
    ByteBuf response;

    Exchange(Connection connection, boolean keepAlive, boolean http10, boolean head, boolean expectsContinue) {
        this.connection = connection;
        this.keepAlive = keepAlive;
        this.http10 = http10;
        this.head = head;
        this.expectsContinue = expectsContinue;
    }
}
