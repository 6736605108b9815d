package io.assent.transport.out;

import org.agrona.collections.Long2ObjectHashMap;

/** The calls of which nothing was written yet, by transaction, so that they can be withdrawn. The calls of one transaction are linked. */
final class UnwrittenCalls {
    private final Long2ObjectHashMap<OutboundCall> oldest = new Long2ObjectHashMap<>();

    /** One of the calls of a transaction; {@link OutboundCall#newerSibling} leads to the others. Or null. */
    OutboundCall of(long transactionId) {
        return oldest.get(transactionId);
    }

    void add(OutboundCall call) {
        call.indexed = true;
        OutboundCall first = oldest.get(call.branch.transactionId());
        if (first == null) {
            oldest.put(call.branch.transactionId(), call);
            return;
        }
        // Behind the first one, so that the map keeps its entry; the order among siblings means nothing.
        call.olderSibling = first;
        call.newerSibling = first.newerSibling;
        if (first.newerSibling != null) {
            first.newerSibling.olderSibling = call;
        }
        first.newerSibling = call;
    }

    /** Takes the call out, if it is here. */
    void remove(OutboundCall call) {
        if (!call.indexed) {
            return;
        }
        call.indexed = false;
        if (call.newerSibling != null) {
            call.newerSibling.olderSibling = call.olderSibling;
        }
        if (call.olderSibling != null) {
            call.olderSibling.newerSibling = call.newerSibling;
        } else if (call.newerSibling != null) {
            oldest.put(call.branch.transactionId(), call.newerSibling);
        } else {
            oldest.remove(call.branch.transactionId());
        }
        call.olderSibling = null;
        call.newerSibling = null;
    }
}
