package io.assent.transport.front;

/** A client's connection as its event loop minds it, whatever protocol it speaks. Called on that loop. */
public interface ClientConnection {

    /** While paused nothing is read from it; what is open is answered. */
    void pauseReads(boolean paused);

    /** Ends what took too long. */
    void sweep(long nowNanos);

    void close();
}
