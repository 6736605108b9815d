package io.assent.server.sequencer;

import io.assent.engine.Effects;
import io.assent.engine.Pressure;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** What the sequencer needs of a state machine; see {@link io.assent.engine.StateMachine} for the meaning of each method. */
public interface Decider {

    int decide(
            long position,
            long nowMs,
            long dueMs,
            Pressure pressure,
            DirectBuffer command,
            int offset,
            int length,
            MutableDirectBuffer events,
            Effects effects);

    long nextDeadlineMs();

    long nextDeadlineMs(String gid);

    boolean hasWork();

    int openCallCount();

    void forEachOpenGid(Consumer<String> consumer);

    void onDeadlineFired(Consumer<String> listener);
}
