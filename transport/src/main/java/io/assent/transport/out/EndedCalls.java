package io.assent.transport.out;

import io.assent.engine.Outcome;
import io.assent.transport.SteadyTasks;
import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Tells how calls ended, in the order in which they did. What the receiver has no room for waits here, in the calls themselves, and is
 * offered again a moment later; what ends while a command is being carried out is told in the next turn of the loop.
 */
final class EndedCalls {
    private static final int OFFERED_AGAIN_MS = 1;

    private final EventLoop loop;
    private final SteadyTasks tasks;
    private final CallEnds receiver;
    private final DispatcherCounters counters;
    private final Runnable afterDelivery;
    private final Runnable turn = this::turn;
    private final CallQueue untold = new CallQueue();
    private boolean telling;
    private boolean refused;
    private boolean scheduled;
    private boolean stopped;

    /** @param afterDelivery runs after a delivery that the loop has started */
    EndedCalls(
            EventLoop loop, SteadyTasks tasks, CallEnds receiver, DispatcherCounters counters, Runnable afterDelivery) {
        this.loop = loop;
        this.tasks = tasks;
        this.receiver = receiver;
        this.counters = counters;
        this.afterDelivery = afterDelivery;
    }

    /** Tells it now, or as soon as there is room. */
    void tell(OutboundCall call, Outcome outcome, String text) {
        counters.endedOne(outcome);
        boolean first = untold.isEmpty() && !telling;
        if (first && receiver.ended(call.branch.number(), outcome, text, call.latencyMs, call.retryAfterS)) {
            return;
        }
        refused |= first;
        keep(call, outcome, text);
        schedule();
    }

    /** Tells it in the next turn of the loop. */
    void tellLater(OutboundCall call, Outcome outcome, String text) {
        counters.endedOne(outcome);
        keep(call, outcome, text);
        schedule();
    }

    /** Whether the receiver has refused an end and not yet taken it. */
    boolean refused() {
        return refused;
    }

    void deliver() {
        if (telling || stopped) {
            return;
        }
        telling = true;
        try {
            for (OutboundCall call = untold.first; call != null; call = untold.first) {
                if (!receiver.ended(call.branch.number(), call.outcome, call.text, call.latencyMs, call.retryAfterS)) {
                    break;
                }
                untold.remove(call);
                counters.undeliveredEnds(-1);
            }
        } finally {
            telling = false;
        }
        refused = !untold.isEmpty();
        if (refused) {
            schedule();
        }
    }

    void stop() {
        stopped = true;
    }

    private void keep(OutboundCall call, Outcome outcome, String text) {
        call.outcome = outcome;
        call.text = text;
        untold.add(call);
        counters.undeliveredEnds(1);
    }

    private void schedule() {
        if (scheduled || stopped) {
            return;
        }
        scheduled = true;
        try {
            if (refused) {
                loop.schedule(turn, OFFERED_AGAIN_MS, TimeUnit.MILLISECONDS);
            } else {
                loop.execute(turn);
            }
        } catch (RejectedExecutionException ending) {
            stopped = true;
        }
    }

    private void turn() {
        scheduled = false;
        long before = tasks.failures(SteadyTasks.Kind.CALL_ENDS);
        tasks.run(SteadyTasks.Kind.CALL_ENDS, this::deliver);
        if (tasks.failures(SteadyTasks.Kind.CALL_ENDS) != before) {
            // What is left is offered again a little later, as if there had been no room.
            refused = !untold.isEmpty();
            if (refused) {
                schedule();
            }
        }
        tasks.run(SteadyTasks.Kind.CALL_ENDS, afterDelivery);
    }
}
