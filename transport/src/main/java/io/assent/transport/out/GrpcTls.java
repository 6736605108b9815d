package io.assent.transport.out;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Which gRPC targets are called over TLS; a gRPC URL does not say so itself. Patterns: {@code host:port}, {@code host} for each of its ports,
 * {@code *.domain} for each host below it, {@code *} for all.
 */
public final class GrpcTls {
    /** None. */
    public static final GrpcTls NONE = new GrpcTls(List.of());

    private final List<String> patterns;

    private GrpcTls(List<String> patterns) {
        this.patterns = patterns;
    }

    /**
     * @param text patterns with commas between
     * @throws IllegalArgumentException for what is no pattern; the message names it
     */
    public static GrpcTls parse(String text) {
        List<String> patterns = new ArrayList<>();
        for (String part : text.split(",")) {
            String pattern = part.strip().toLowerCase(Locale.ROOT);
            if (pattern.isEmpty()) {
                continue;
            }
            int star = pattern.lastIndexOf('*');
            boolean starInFront = star < 0 || (star == 0 && (pattern.length() == 1 || pattern.startsWith("*.")));
            if (!starInFront || pattern.contains("/")) {
                throw new IllegalArgumentException(
                        "'" + part.strip() + "' is no host:port, no host, no *.domain and not *");
            }
            patterns.add(pattern);
        }
        return patterns.isEmpty() ? NONE : new GrpcTls(List.copyOf(patterns));
    }

    boolean applies(String host, int port) {
        for (String pattern : patterns) {
            boolean all = pattern.equals("*");
            boolean below = pattern.startsWith("*.") && host.endsWith(pattern.substring(1));
            if (all || below || pattern.equals(host) || pattern.equals(host + ":" + port)) {
                return true;
            }
        }
        return false;
    }
}
