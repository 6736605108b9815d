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

    /** One address that gets the messages of a topic. */
    public record Subscriber(String url, String remark) {}

    Topic changed(long nowMs, List<Subscriber> changed) {
        return new Topic(name, version + 1, createTimeMs, nowMs, List.copyOf(changed));
    }

    /** Bytes of its texts, about. */
    long retainedBytes() {
        long chars = name.length();
        for (Subscriber subscriber : subscribers) {
            chars += subscriber.url().length() + subscriber.remark().length();
        }
        return 2 * chars;
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
