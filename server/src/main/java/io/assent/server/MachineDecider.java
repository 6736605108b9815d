package io.assent.server;

import io.assent.engine.Effects;
import io.assent.engine.Pressure;
import io.assent.engine.StateMachine;
import io.assent.server.sequencer.Decider;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** The engine's state machine as the sequencer wants it. */
public record MachineDecider(StateMachine machine) implements Decider {

    @Override
    public int decide(
            long position,
            long nowMs,
            long dueMs,
            Pressure pressure,
            DirectBuffer command,
            int offset,
            int length,
            MutableDirectBuffer events,
            Effects effects) {
        return machine.decide(position, nowMs, dueMs, pressure, command, offset, length, events, effects);
    }

    @Override
    public long nextDeadlineMs() {
        return machine.nextDeadlineMs();
    }

    @Override
    public long nextDeadlineMs(String gid) {
        return machine.nextDeadlineMs(gid);
    }

    @Override
    public boolean hasWork() {
        return machine.hasWork();
    }

    @Override
    public int openCallCount() {
        return machine.openCallCount();
    }

    @Override
    public void forEachOpenGid(Consumer<String> consumer) {
        machine.forEachOpenGid(consumer);
    }

    @Override
    public void onDeadlineFired(Consumer<String> listener) {
        machine.onDeadlineFired(listener);
    }
}
