package io.assent.transport.out;

import io.assent.engine.BranchCall.Header;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Branch headers that are not sent on (PROTOCOL 5.2): those that speak of one connection, with what {@code Connection} names, and those by
 * which the two ends agree on the form of the messages. They were meant for the connection to us, or decide what only the writer of a
 * request can know. Servers of HTTP/2 reset a call that has one.
 */
final class HopByHop {
    private static final String CONNECTION = "connection";
    private static final Set<String> NAMES = Set.of(
            CONNECTION,
            "keep-alive",
            "te",
            "trailer",
            "trailers",
            "transfer-encoding",
            "upgrade",
            "http2-settings",
            "content-length",
            "accept-encoding");

    private HopByHop() {}

    /** The headers that may be sent: the same list when all may. */
    static List<Header> without(List<Header> headers) {
        Set<String> named = Set.of();
        boolean all = true;
        for (int i = 0; i < headers.size(); i++) {
            Header header = headers.get(i);
            if (isOne(header.name())) {
                all = false;
                if (header.name().equalsIgnoreCase(CONNECTION)) {
                    named = with(named, header.value());
                }
            }
        }
        if (all) {
            return headers;
        }
        List<Header> sent = new ArrayList<>(headers.size());
        for (Header header : headers) {
            if (!isOne(header.name()) && !named.contains(header.name().toLowerCase(Locale.ROOT))) {
                sent.add(header);
            }
        }
        return sent;
    }

    private static boolean isOne(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return NAMES.contains(lower) || lower.startsWith("proxy-");
    }

    private static Set<String> with(Set<String> named, String value) {
        Set<String> all = new HashSet<>(named);
        for (String name : value.split(",")) {
            all.add(name.strip().toLowerCase(Locale.ROOT));
        }
        return all;
    }
}
