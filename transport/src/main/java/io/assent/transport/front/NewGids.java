package io.assent.transport.front;

import java.security.SecureRandom;

/** Fresh gids: 22 characters of an alphabet without look-alikes, as DTM's. One per event loop. */
public final class NewGids {
    private static final char[] ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".toCharArray();
    private static final int CHARS = 22;
    /** The largest multiple of the alphabet's size in a byte: what is above would favour some characters. */
    private static final int FAIR = 256 / ALPHABET.length * ALPHABET.length;

    private final SecureRandom random = new SecureRandom();
    private final byte[] bytes = new byte[CHARS * 2];

    /** A gid that nobody has. */
    public String next() {
        char[] gid = new char[CHARS];
        int length = 0;
        while (length < CHARS) {
            random.nextBytes(bytes);
            for (int i = 0; i < bytes.length && length < CHARS; i++) {
                int value = bytes[i] & 0xFF;
                if (value < FAIR) {
                    gid[length++] = ALPHABET[value % ALPHABET.length];
                }
            }
        }
        return new String(gid);
    }
}
