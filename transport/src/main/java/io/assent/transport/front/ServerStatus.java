package io.assent.transport.front;

import java.util.function.Supplier;

/** What the server says of itself. Asked by every event loop. */
@FunctionalInterface
public interface ServerStatus extends Supplier<ServerState> {

    /** The bound that refuses every new gid at the moment, in words for people; "" while none does. */
    default String boundReached() {
        return "";
    }
}
