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

    void subscribe(long now, String name, String url, String remark) {
        Topic old = byName.get(name);
        List<Topic.Subscriber> subscribers = new ArrayList<>(old == null ? List.of() : old.subscribers());
        subscribers.add(new Topic.Subscriber(url, remark));
        byName.put(
                name,
                old == null ? new Topic(name, 1, now, now, List.copyOf(subscribers)) : old.changed(now, subscribers));
        subscriptions++;
    }

    void unsubscribe(long now, String name, String url) {
        Topic old = existing(name);
        List<Topic.Subscriber> rest = new ArrayList<>(old.subscribers());
        if (!rest.removeIf(subscriber -> subscriber.url().equals(url))) {
            throw new IllegalStateException("event names a subscriber that topic " + name + " does not have: " + url);
        }
        byName.put(name, old.changed(now, rest));
        subscriptions--;
    }

    void delete(String name) {
        subscriptions -= existing(name).subscribers().size();
        byName.remove(name);
    }

    void restore(Topic image) {
        byName.put(image.name(), image);
    }

    void restoreSubscriber(String name, Topic.Subscriber subscriber) {
        Topic old = existing(name);
        List<Topic.Subscriber> subscribers = new ArrayList<>(old.subscribers());
        subscribers.add(subscriber);
        byName.put(
                name, new Topic(name, old.version(), old.createTimeMs(), old.updateTimeMs(), List.copyOf(subscribers)));
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
