package io.assent.client;

import io.assent.client.internal.Coordinator;
import io.assent.client.internal.JsonWriter;

/** A saga over HTTP; its payloads are JSON texts. */
public final class Saga extends GlobalSaga<String, Saga> {

    Saga(final Coordinator<String> coordinator, final String gid) {
        super(coordinator, gid);
    }

    @Override
    protected Saga self() {
        return this;
    }

    /**
     * Adds a step without a payload: its branches get the JSON value {@code null}.
     *
     * @param action the URL that does the work; empty for nothing to do.
     * @param compensate the URL that undoes it; empty for nothing to undo.
     * @return this.
     */
    public Saga step(final String action, final String compensate) {
        return step(action, compensate, "null");
    }

    /**
     * Adds a step.
     *
     * @param action the URL that does the work; empty for nothing to do.
     * @param compensate the URL that undoes it; empty for nothing to undo.
     * @param payloadJson the body of both calls, sent as it is.
     * @return this.
     */
    public Saga step(final String action, final String compensate, final String payloadJson) {
        return addStep(action, compensate, payloadJson == null ? "null" : payloadJson);
    }

    /**
     * Adds a step whose payload is written as JSON.
     *
     * @param action the URL that does the work; empty for nothing to do.
     * @param compensate the URL that undoes it; empty for nothing to undo.
     * @param payload a map, a record, a list or another value with a JSON form.
     * @return this.
     */
    public Saga step(final String action, final String compensate, final Object payload) {
        return step(action, compensate, JsonWriter.write(payload));
    }
}
