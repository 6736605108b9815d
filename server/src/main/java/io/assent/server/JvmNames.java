package io.assent.server;

import java.security.Security;

/**
 * The JVM's own memory of host names. It holds every answer for 30 s, be it that of a participant that has moved since, and cannot be told that
 * one is of no use any more. Branch calls have a memory that can, so this one is off.
 */
public final class JvmNames {
    private static final String TTL = "networkaddress.cache.ttl";
    private static final String NEGATIVE_TTL = "networkaddress.cache.negative.ttl";

    private JvmNames() {}

    /** Turns it off unless the JVM was told how long to remember. Works only before the first name is looked up. */
    public static void forgetAtOnce() {
        if (Security.getProperty(TTL) == null && System.getProperty("sun.net.inetaddr.ttl") == null) {
            Security.setProperty(TTL, "0");
        }
        // This one every JDK sets itself.
        if (System.getProperty("sun.net.inetaddr.negative.ttl") == null) {
            Security.setProperty(NEGATIVE_TTL, "0");
        }
    }
}
