package io.assent.server.sequencer;

/** Who runs the sequencer. Exactly one at any time. */
public interface Drainer extends AutoCloseable {

    /** Starts draining. */
    void start();

    /** There is something to do. Any thread; cheap when it is awake already. */
    void wake();

    /** Runs a task between two drains, on the drainer's thread, and waits for it. Any other thread. */
    void runBetweenDrains(Runnable task);

    /** Stops behind the drain under way. */
    @Override
    void close();
}
