package io.assent.transport.front;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which web pages may send requests through the browser of whoever looks at them. A browser names the page's origin; other clients name none and
 * are not asked. Without this, every page that somebody opens beside a server could submit and force-stop there.
 *
 * @param allowed in small letters, such as {@code http://host:8080}; {@code *} for all
 */
public record Origins(Set<String> allowed) {
    private static final Pattern ORIGIN = Pattern.compile("https?://[^/?#@\\s]+");

    /** None but the server's own. */
    public static final Origins OWN = new Origins(Set.of());

    /** Whether a text is an origin as a browser names it, or {@code *}. */
    public static boolean isOrigin(String text) {
        return text.equals("*") || ORIGIN.matcher(text).matches();
    }

    /** Why a request is refused, or null when it is served. */
    String refusal(HttpHeaders headers) {
        String origin = headers.get("Origin");
        if (origin == null || isAllowed(origin) || isOwn(origin, headers.get("Host"))) {
            return null;
        }
        return "requests of pages of the origin '" + JsonValues.shown(origin)
                + "' are not served; the setting AllowedOrigins names those that are";
    }

    /** The same for a request that changes something by GET: for that, browsers name no origin, but some tell that it is another one. */
    String refusalOfGet(HttpHeaders headers) {
        String site = headers.get("Sec-Fetch-Site");
        boolean foreign = "cross-site".equalsIgnoreCase(site) || "same-site".equalsIgnoreCase(site);
        return foreign && headers.get("Origin") == null && !allowed.contains("*")
                ? "requests of pages of another origin are not served when they change something"
                : null;
    }

    private boolean isAllowed(String origin) {
        return allowed.contains("*") || allowed.contains(origin.toLowerCase(Locale.ROOT));
    }

    /** The scheme is not compared: in front of us somebody else may speak TLS. */
    private static boolean isOwn(String origin, String host) {
        int authority = origin.indexOf("://") + 3;
        if (host == null || authority < 3) {
            return false;
        }
        String port = origin.regionMatches(true, 0, "https:", 0, 6) ? ":443" : ":80";
        return without(port, origin.substring(authority)).equalsIgnoreCase(without(port, host));
    }

    private static String without(String port, String authority) {
        return authority.endsWith(port) ? authority.substring(0, authority.length() - port.length()) : authority;
    }
}
