package io.assent.transport.front;

/** How the server is. Asked for each request, by any event loop. */
@FunctionalInterface
public interface ServerCondition {

    ServerState state();

    /** Why a server that serves refuses every new transaction at the moment, in a sentence for people; "" when it does not. */
    default String refusesNewGids() {
        return "";
    }
}
