package io.assent.transport.front;

/** What the server as a whole is doing. */
public enum ServerState {
    /** Replaying its journal; nothing is served but liveness. */
    STARTING,
    SERVING,
    /** Told to stop: work in hand goes on, the engine refuses new gids. */
    DRAINING
}
