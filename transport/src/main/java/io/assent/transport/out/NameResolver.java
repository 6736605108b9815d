package io.assent.transport.out;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Looks a host name up. Blocking; called on threads of its own, several at a time, and it may hang. */
public interface NameResolver {
    /** The system's own way. */
    NameResolver SYSTEM = InetAddress::getAllByName;

    /** The addresses of a name, best first, at least one. */
    InetAddress[] resolve(String host) throws UnknownHostException;
}
