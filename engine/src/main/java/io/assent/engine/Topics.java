package io.assent.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The topics and their subscribers (PROTOCOL 8): a part of the state, changed by events alone. Ordered by name, so that every copy tells them
 * in the same order.
 */
final class Topics {
    private final TreeMap<String, Topic> byName = new TreeMap<>();
    private int subscriptions;
    private long retainedBytes;

    /** The topic as it is, or null. */
    Topic get(String name) {
        return byName.get(name);
    }

    Collection<Topic> all() {
        return byName.values();
    }

    /** Topics behind this name, in the order of names. */
    SortedMap<String, Topic> after(String name) {
        return byName.tailMap(name, false);
    }

    int count() {
        return byName.size();
    }

    /** Subscribers of all topics together. */
    int subscriptions() {
        return subscriptions;
    }

    /** What they take on the heap, bytes. */
    long retainedBytes() {
        return retainedBytes;
    }

    private void put(Topic topic) {
        Topic old = byName.put(topic.name(), topic);
        retainedBytes += topic.retainedBytes() - (old == null ? 0 : old.retainedBytes());
    }

    void subscribe(long now, String name, String url, String remark) {
        Topic old = byName.get(name);
        List<Topic.Subscriber> subscribers = new ArrayList<>(old == null ? List.of() : old.subscribers());
        subscribers.add(new Topic.Subscriber(url, remark));
        put(old == null ? new Topic(name, 1, now, now, List.copyOf(subscribers)) : old.changed(now, subscribers));
        subscriptions++;
    }

    void unsubscribe(long now, String name, String url) {
        Topic old = existing(name);
        List<Topic.Subscriber> rest = new ArrayList<>(old.subscribers());
        if (!rest.removeIf(subscriber -> subscriber.url().equals(url))) {
            throw new IllegalStateException("event names a subscriber that topic " + name + " does not have: " + url);
        }
        put(old.changed(now, rest));
        subscriptions--;
    }

    void delete(String name) {
        Topic old = existing(name);
        subscriptions -= old.subscribers().size();
        retainedBytes -= old.retainedBytes();
        byName.remove(name);
    }

    void restore(Topic image) {
        put(image);
    }

    void restoreSubscriber(String name, Topic.Subscriber subscriber) {
        Topic old = existing(name);
        List<Topic.Subscriber> subscribers = new ArrayList<>(old.subscribers());
        subscribers.add(subscriber);
        put(new Topic(name, old.version(), old.createTimeMs(), old.updateTimeMs(), List.copyOf(subscribers)));
        subscriptions++;
    }

    private Topic existing(String name) {
        Topic topic = byName.get(name);
        if (topic == null) {
            throw new IllegalStateException("event names topic " + name + ", which the state does not hold");
        }
        return topic;
    }
}
