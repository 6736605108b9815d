package io.assent.transport.front;

/** A client's connection as its event loop minds it, whatever protocol it speaks. Called on that loop. */
public interface ClientConnection {

    /** While paused nothing is read from it; what is open is answered. */
    void pauseReads(boolean paused);

    /** Closes it if its client asks for nothing at the moment; answers whether it did. */
    boolean closeIfIdle();

    /** Ends what took too long. */
    void sweep(long nowNanos);

    void close();
}
