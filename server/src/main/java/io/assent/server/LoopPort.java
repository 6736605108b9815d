package io.assent.server;

import io.assent.engine.Alert;
import io.assent.engine.Answer;
import io.assent.engine.BranchCall;
import io.assent.engine.CronReset;
import io.assent.engine.EffectQueue.Effect;
import io.assent.engine.Effects;
import io.assent.engine.TopicPage;
import io.assent.engine.TransactionPage;
import io.assent.engine.TransactionRecord;
import io.assent.server.sequencer.LoopOutlet;
import io.assent.transport.SteadyTasks;
import io.assent.transport.front.FrontLoop;
import io.assent.transport.out.Dispatcher;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The way out on one event loop: answers to its front, calls to its dispatcher, one flush per batch. */
final class LoopPort implements LoopOutlet, Effects {
    private static final long BACKLOG_LOOK_MS = 1;

    private final EventLoop eventLoop;
    private final SteadyTasks tasks;
    private final FrontLoop front;
    private final Dispatcher dispatcher;
    private final Consumer<Alert> alerts;
    private boolean lookingAtBacklog;
    private volatile boolean backlog;

    LoopPort(EventLoop eventLoop, SteadyTasks tasks, FrontLoop front, Dispatcher dispatcher, Consumer<Alert> alerts) {
        this.alerts = alerts;
        this.eventLoop = eventLoop;
        this.tasks = tasks;
        this.front = front;
        this.dispatcher = dispatcher;
    }

    @Override
    public boolean isCurrentThread() {
        return eventLoop.inEventLoop();
    }

    @Override
    public void deliver(List<Effect> effects) {
        for (int i = 0; i < effects.size(); i++) {
            effects.get(i).deliverTo(this);
        }
        dispatcher.flush();
        front.flush();
    }

    /** An ended call found the ring full: it waits in the dispatcher, and clients are not read until it is in. On the loop. */
    void onRingFull() {
        backlog = true;
        front.pauseReads(true);
        lookLater();
    }

    private void lookLater() {
        if (!lookingAtBacklog) {
            lookingAtBacklog = true;
            eventLoop.schedule(this::lookAtBacklog, BACKLOG_LOOK_MS, TimeUnit.MILLISECONDS);
        }
    }

    private void lookAtBacklog() {
        lookingAtBacklog = false;
        tasks.run(SteadyTasks.Kind.CALL_ENDS, () -> {
            backlog = dispatcher.hasBacklog();
            front.pauseReads(backlog);
        });
        if (backlog) {
            lookLater();
        }
    }

    @Override
    public boolean hasBacklog() {
        return backlog;
    }

    @Override
    public void execute(Runnable task) {
        eventLoop.execute(task);
    }

    @Override
    public void executeLater(Runnable task, long delayMs) {
        eventLoop.schedule(task, delayMs, TimeUnit.MILLISECONDS);
    }

    @Override
    public void answer(long requestId, Answer answer) {
        front.answer(requestId, answer);
    }

    @Override
    public void record(long requestId, TransactionRecord record) {
        front.record(requestId, record);
    }

    @Override
    public void page(long requestId, TransactionPage page) {
        front.page(requestId, page);
    }

    @Override
    public void topics(long requestId, TopicPage page) {
        front.topics(requestId, page);
    }

    @Override
    public void cronReset(long requestId, CronReset.Part part) {
        front.cronReset(requestId, part);
    }

    @Override
    public void waits(long requestId, int requestTimeoutS) {
        front.waits(requestId, requestTimeoutS);
    }

    @Override
    public void alert(Alert alert) {
        alerts.accept(alert);
    }

    @Override
    public void lookAgain(long requestId) {
        front.lookAgain(requestId);
    }

    @Override
    public void call(BranchCall call) {
        dispatcher.call(call);
    }

    @Override
    public void withdraw(long transactionId) {
        dispatcher.withdraw(transactionId);
    }

    FrontLoop front() {
        return front;
    }

    Dispatcher dispatcher() {
        return dispatcher;
    }
}
