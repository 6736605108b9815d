package io.assent.transport.out;

/** A first-in, first-out list of calls, linked through the calls themselves, from which any call can be taken out. */
final class CallQueue {
    OutboundCall first;
    private OutboundCall last;

    boolean isEmpty() {
        return first == null;
    }

    void add(OutboundCall call) {
        call.queue = this;
        call.next = null;
        call.previous = last;
        if (last == null) {
            first = call;
        } else {
            last.next = call;
        }
        last = call;
    }

    OutboundCall poll() {
        OutboundCall call = first;
        if (call != null) {
            remove(call);
        }
        return call;
    }

    void remove(OutboundCall call) {
        if (call.previous == null) {
            first = call.next;
        } else {
            call.previous.next = call.next;
        }
        if (call.next == null) {
            last = call.previous;
        } else {
            call.next.previous = call.previous;
        }
        call.previous = null;
        call.next = null;
        call.queue = null;
    }
}
