package io.assent.server;

import io.assent.engine.Answer;
import io.assent.engine.BranchCall;
import io.assent.engine.EffectQueue.Effect;
import io.assent.engine.Effects;
import io.assent.engine.TransactionPage;
import io.assent.engine.TransactionRecord;
import io.assent.server.sequencer.LoopOutlet;
import io.assent.transport.front.FrontLoop;
import io.assent.transport.out.Dispatcher;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The way out on one event loop: answers to its front, calls to its dispatcher, one flush per batch. */
final class LoopPort implements LoopOutlet, Effects {
    private static final long BACKLOG_LOOK_MS = 5;

    private final EventLoop eventLoop;
    private final FrontLoop front;
    private final Dispatcher dispatcher;
    private boolean lookingAtBacklog;

    LoopPort(EventLoop eventLoop, FrontLoop front, Dispatcher dispatcher) {
        this.eventLoop = eventLoop;
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
        lookAtBacklog();
    }

    /** Clients are not read while ended calls wait for room in the ring. */
    private void lookAtBacklog() {
        boolean backlog = dispatcher.hasBacklog();
        front.pauseReads(backlog);
        if (backlog && !lookingAtBacklog) {
            lookingAtBacklog = true;
            eventLoop.schedule(
                    () -> {
                        lookingAtBacklog = false;
                        lookAtBacklog();
                    },
                    BACKLOG_LOOK_MS,
                    TimeUnit.MILLISECONDS);
        }
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
