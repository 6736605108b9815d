package io.assent.transport.out;

/** A line of routes, linked through the routes themselves, from which any route can be taken out. A route stands in one line at most. */
final class RouteLine {
    Route first;
    private Route last;
    private int size;

    int size() {
        return size;
    }

    void add(Route route) {
        route.line = this;
        route.previous = last;
        if (last == null) {
            first = route;
        } else {
            last.next = route;
        }
        last = route;
        size++;
    }

    void remove(Route route) {
        if (route.previous == null) {
            first = route.next;
        } else {
            route.previous.next = route.next;
        }
        if (route.next == null) {
            last = route.previous;
        } else {
            route.next.previous = route.previous;
        }
        route.previous = null;
        route.next = null;
        route.line = null;
        size--;
    }
}
