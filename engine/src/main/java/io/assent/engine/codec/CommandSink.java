package io.assent.engine.codec;

import org.agrona.MutableDirectBuffer;

/** Where encoded commands go: a slot of the ring, or a plain buffer in tests. One thread. */
public interface CommandSink {

    /** Who is asking for room: a part of the ring is kept from clients. */
    enum Source {
        CLIENT,
        INTERNAL
    }

    /** Room for a command of at most {@code length} bytes from index 0, or null when there is none now. */
    MutableDirectBuffer claim(int length, Source source);

    /** The claimed room holds a command of {@code length} bytes: let it go. */
    void publish(int length);
}
