package io.assent.transport.front;

import io.assent.engine.Answer;
import io.assent.engine.CronReset;
import io.assent.engine.HistoryAnswer;
import io.assent.engine.TopicPage;
import io.assent.engine.TransactionPage;
import io.assent.engine.TransactionRecord;
import io.assent.transport.Deadlines;

/**
 * A request of a client that waits for the engine, whatever protocol it came by. Registered with its {@link FrontLoop}, which hands it the
 * engine's answer when that is durable, on the loop's thread. Which of the methods is called follows from what was asked.
 */
public abstract class PendingRequest extends Deadlines.Entry {
    /** 0 until the engine is asked. */
    long requestId;
    /** Whether its client waits for a round. */
    boolean waits;

    /** How its command is sent, should it have to be sent again; null for commands that ask no history. */
    Announcement announcement;

    private String gid = "";
    private String warning = "";

    /** Sends the command that may create a gid, with what the history knows of it. */
    interface Announcement {
        boolean send(HistoryAnswer history);
    }

    /** The transaction it is about, "" for none. */
    public final String gid() {
        return gid;
    }

    public final void gid(String value) {
        gid = value;
    }

    /** What its client should hear beside the answer, "" for nothing. */
    protected final String warning() {
        return warning;
    }

    final void warning(String value) {
        warning = value;
    }

    /** Its client is gone. */
    protected void discard() {
        // Most hold nothing.
    }

    /** Success or refusal. */
    protected abstract void answer(Answer answer);

    /** A transaction, or null when it is unknown. */
    protected abstract void record(TransactionRecord record);

    /** A part of a listing. */
    protected void page(TransactionPage page) {
        throw new IllegalStateException("no listing was asked for");
    }

    /** Topics. */
    protected void topics(TopicPage page) {
        throw new IllegalStateException("no topics were asked for");
    }

    /** A part of a bulk reset. */
    protected void cronReset(CronReset.Part part) {
        throw new IllegalStateException("no reset was asked for");
    }
}
