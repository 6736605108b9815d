package io.assent.engine;

import java.util.List;

/**
 * One topic and who listens to it (PROTOCOL 8). Immutable: whoever holds one holds a snapshot.
 *
 * @param version 1 at first, one more with every change
 * @param createTimeMs epoch milliseconds, as both times here
 * @param subscribers in the order of their subscription; no URL comes twice
 */
public record Topic(String name, long version, long createTimeMs, long updateTimeMs, List<Subscriber> subscribers) {

    /** This object, its list of subscribers, and its place among the topics. */
    private static final int OBJECTS_BYTES = 48 + 24 + 40;

    private static final int SUBSCRIBER_BYTES = 24;

    /** One address that gets the messages of a topic. */
    public record Subscriber(String url, String remark) {}

    Topic changed(long nowMs, List<Subscriber> changed) {
        return new Topic(name, version + 1, createTimeMs, nowMs, List.copyOf(changed));
    }

    /** What it takes on the heap, bytes. */
    long retainedBytes() {
        long bytes = OBJECTS_BYTES + Footprint.text(name) + Footprint.array(subscribers.size(), 4);
        for (Subscriber subscriber : subscribers) {
            bytes += retainedBytes(subscriber);
        }
        return bytes;
    }

    static long retainedBytes(Subscriber subscriber) {
        return SUBSCRIBER_BYTES + Footprint.text(subscriber.url()) + Footprint.text(subscriber.remark());
    }

    boolean hasSubscriber(String url) {
        for (Subscriber subscriber : subscribers) {
            if (subscriber.url().equals(url)) {
                return true;
            }
        }
        return false;
    }
}
