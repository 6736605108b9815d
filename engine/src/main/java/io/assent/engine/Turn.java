package io.assent.engine;

/**
 * The command that is being decided: its time, how much it may still cause, and where its effects go. One object, begun anew for each
 * command; shared by the parts of the engine.
 */
final class Turn {
    private final Events events;

    /** Engine time, epoch milliseconds: the present. */
    long now;

    /** Deadlines up to here have come, epoch milliseconds; at most {@link #now}, and behind it for a moment after a pause of the process. */
    long due;

    Pressure pressure = Pressure.NONE;
    Effects effects;
    /** What is left of {@link Limits#EFFECTS_PER_COMMAND_MAX}. */
    int budget;
    /** The transaction it is about, or null when that is not known yet. */
    Transaction subject;

    EngineObserver observer = EngineObserver.NONE;

    Turn(Events events) {
        this.events = events;
    }

    void begin(long commandTimeMs, long dueMs, Pressure outside, Effects target) {
        now = commandTimeMs;
        due = dueMs;
        pressure = outside;
        effects = target;
        budget = Limits.EFFECTS_PER_COMMAND_MAX;
        subject = null;
    }

    /** Records who acts and why, when the request says so. Before the first event. */
    void caused(Request request) {
        if (!request.actor().isEmpty() || !request.reason().isEmpty()) {
            events.caused(request.actor(), request.reason());
        }
    }

    boolean answer(Request request, Answer answer) {
        if (request.id() != 0) {
            effects.answer(request.id(), answer);
        }
        return true;
    }

    /** @param status of the transaction, null when there is none */
    boolean refuse(Request request, Rejection rejection, TransactionStatus status) {
        return answer(request, Answer.refused(rejection, status));
    }
}
