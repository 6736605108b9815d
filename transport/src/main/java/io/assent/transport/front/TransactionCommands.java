package io.assent.transport.front;

import io.assent.engine.Commands;
import io.assent.engine.Registration;
import io.assent.engine.Request;
import io.assent.engine.Submission;
import io.assent.engine.TransactionStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From what a request says of a transaction to the command, whatever protocol it came by (PROTOCOL 2.2, 7). One per event loop. */
public final class TransactionCommands {
    private static final Logger LOG = LoggerFactory.getLogger(TransactionCommands.class);

    private final FrontLoop loop;
    private final Door door = new Door();

    public TransactionCommands(FrontLoop loop) {
        this.loop = loop;
    }

    public void submit(PendingRequest pending, TransactionRequest transaction, Actor actor) throws RequestError {
        pending.gid(transaction.gid());
        if (transaction.isWorkflow()) {
            finishWorkflow(pending, transaction, actor);
            return;
        }
        Submission submission = checked(pending, transaction);
        Request request = loop.request(pending, actor);
        if (submission.options().waitResult()) {
            loop.watch(pending, submission.options().requestTimeoutS());
        }
        loop.announce(pending, history -> commands().submit(request, submission, history));
    }

    public void prepare(PendingRequest pending, TransactionRequest transaction, Actor actor) throws RequestError {
        pending.gid(transaction.gid());
        Submission submission = checked(pending, transaction);
        Request request = loop.request(pending, actor);
        loop.announce(pending, history -> commands().prepare(request, submission, history));
    }

    /** Answered by a record. */
    public void prepareWorkflow(PendingRequest pending, TransactionRequest transaction, Actor actor)
            throws RequestError {
        pending.gid(transaction.gid());
        transaction.requireWorkflow();
        Submission submission = checked(pending, transaction);
        Request request = loop.request(pending, actor);
        loop.announce(pending, history -> commands().prepareWorkflow(request, submission, history));
    }

    /** What is wrong with it as a whole is told first, then what of it could never be called. */
    private Submission checked(PendingRequest pending, TransactionRequest transaction) throws RequestError {
        Submission submission = transaction.submission();
        door.check(submission.kind(), transaction);
        String warning = transaction.warning(submission.kind());
        if (warning != null) {
            LOG.warn("gid {}: {}", pending.gid(), warning);
            pending.warning(warning);
        }
        return submission;
    }

    private void finishWorkflow(PendingRequest pending, TransactionRequest transaction, Actor actor)
            throws RequestError {
        TransactionStatus status = transaction.workflowStatus();
        String reason = transaction.workflowReason();
        String result = transaction.workflowResult();
        Request request = loop.request(pending, actor);
        loop.asked(pending, commands().finishWorkflow(request, pending.gid(), status, reason, result));
    }

    public void abort(PendingRequest pending, TransactionRequest transaction, Actor actor) {
        pending.gid(transaction.gid());
        Request request = loop.request(pending, actor);
        loop.asked(
                pending,
                commands().abort(request, pending.gid(), transaction.transType(), transaction.rollbackReason()));
    }

    public void registerBranch(PendingRequest pending, String gid, Registration registration, Actor actor)
            throws RequestError {
        pending.gid(gid);
        door.check(gid, registration);
        Request request = loop.request(pending, actor);
        loop.asked(pending, commands().registerBranch(request, gid, registration));
    }

    public void subscribe(PendingRequest pending, String topic, String url, String remark, Actor actor)
            throws RequestError {
        door.checkSubscriber(url);
        Request request = loop.request(pending, actor);
        loop.asked(pending, commands().subscribe(request, topic, url, remark));
    }

    public void unsubscribe(PendingRequest pending, String topic, String url, Actor actor) {
        Request request = loop.request(pending, actor);
        loop.asked(pending, commands().unsubscribe(request, topic, url));
    }

    public void deleteTopic(PendingRequest pending, String topic, Actor actor) {
        Request request = loop.request(pending, actor);
        loop.asked(pending, commands().deleteTopic(request, topic));
    }

    private Commands commands() {
        return loop.commands();
    }
}
