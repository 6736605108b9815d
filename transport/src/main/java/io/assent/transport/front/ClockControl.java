package io.assent.transport.front;

import java.util.List;
import java.util.function.Consumer;

/** Moves the manual clock. */
public interface ClockControl {

    /**
     * One wish.
     *
     * @param ms how far at most, or -1 when not given
     * @param untilNext to the next deadline only
     * @param gid whose next deadline, "" for anybody's
     * @param timeoutMs real time to become idle in
     */
    record Advance(long ms, boolean untilNext, String gid, long timeoutMs) {}

    /**
     * Where the clock is.
     *
     * @param touched transactions of which a deadline fired, in order, each once
     * @param nextDeadlineMs -1 for none
     * @param busy gids with calls in flight; null when the wish was fulfilled
     */
    record Advanced(long nowMs, List<String> touched, long nextDeadlineMs, List<String> busy) {}

    /**
     * Queues a wish. Any thread.
     *
     * @param whenDone called once, by any thread
     */
    void advance(Advance advance, Consumer<Advanced> whenDone);
}
