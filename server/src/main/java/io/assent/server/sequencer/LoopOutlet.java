package io.assent.server.sequencer;

import io.assent.engine.EffectQueue.Effect;
import java.util.List;

/** Where the effects of one event loop go. */
public interface LoopOutlet {

    /** Whether the calling thread is this loop's. */
    boolean isCurrentThread();

    /** Delivers a batch on the calling thread, which is the loop's, and flushes what it wrote. */
    void deliver(List<Effect> effects);

    /** Runs a task on the loop. Any thread. */
    void execute(Runnable task);

    /** Runs a task on the loop a little later, behind its next reading of sockets. Any thread. */
    void executeLater(Runnable task, long delayMs);
}
