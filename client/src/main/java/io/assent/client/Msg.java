package io.assent.client;

import io.assent.client.internal.Coordinator;
import io.assent.client.internal.JsonWriter;

/** A two-phase message over HTTP; its payloads are JSON texts. */
public final class Msg extends GlobalMsg<String, Msg> {

    Msg(final Coordinator<String> coordinator, final String gid) {
        super(coordinator, gid);
    }

    @Override
    protected Msg self() {
        return this;
    }

    /**
     * Adds a step without a payload: its branch gets the JSON value {@code null}.
     *
     * @param action the URL to call; empty for nothing to do.
     * @return this.
     */
    public Msg step(final String action) {
        return step(action, "null");
    }

    /**
     * Adds a step.
     *
     * @param action the URL to call; empty for nothing to do.
     * @param payloadJson the body of the call, sent as it is.
     * @return this.
     */
    public Msg step(final String action, final String payloadJson) {
        return addStep(action, payloadJson == null ? "null" : payloadJson);
    }

    /**
     * Adds a step whose payload is written as JSON.
     *
     * @param action the URL to call; empty for nothing to do.
     * @param payload a map, a record, a list or another value with a JSON form.
     * @return this.
     */
    public Msg step(final String action, final Object payload) {
        return step(action, JsonWriter.write(payload));
    }

    /**
     * Adds a step that calls every subscriber of a topic.
     *
     * @param topic the topic's name.
     * @param payloadJson the body of the calls, sent as it is.
     * @return this.
     */
    public Msg topicStep(final String topic, final String payloadJson) {
        return addTopicStep(topic, payloadJson == null ? "null" : payloadJson);
    }

    /**
     * Adds a step that calls every subscriber of a topic with a payload written as JSON.
     *
     * @param topic the topic's name.
     * @param payload a map, a record, a list or another value with a JSON form.
     * @return this.
     */
    public Msg topicStep(final String topic, final Object payload) {
        return topicStep(topic, JsonWriter.write(payload));
    }

    /**
     * Calls branches side by side instead of one after the other.
     *
     * @return this.
     */
    public Msg concurrent() {
        concurrent = true;
        return this;
    }
}
