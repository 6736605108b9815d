package io.assent.transport.out;

import java.net.IDN;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Iterator;
import java.util.Locale;

/**
 * A URL as a request needs it, read once and kept, because the steps of a service have few URLs.
 *
 * <p>There is no strict URI parser here: participants register URLs that a strict one refuses, and the existing query goes out byte for byte
 * (PROTOCOL 5.2), apart from what no request line may hold. Only what would break the request apart is refused. Immutable, apart from the route that its
 * loop notes here.
 */
final class Target {
    private static final String PATH_CHARACTERS = "-_.~!$&'()*+,;=:@[]/";
    private static final String HOST_CHARACTERS = "-_.~!$&'()*+,;=";
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    final boolean secure;
    /** Lower case, ASCII, an IPv6 address without brackets. */
    final String host;

    final int port;
    /** Whether branch_id, gid, op and trans_type are appended; a redirect's location is used as it is. */
    final boolean parametersAppended;
    /** Path and existing query, and behind it the character that the appended parameters need. */
    final byte[] resource;
    /** Host, with the port when the URL has one. */
    final String hostHeader;
    /** {@code Basic ...} from the user information of the URL, or null. */
    final String authorization;
    /** Scheme, host and port, for messages and for requests to a proxy. */
    final String origin;

    /** Where the loop of this target found it to lead last. */
    Route route;
    /** The head of a request without branch headers from behind the parameters on, made on first use by {@link RequestWriter}. */
    byte[] commonHead;

    private final String userInfo;
    private final String path;
    private final String query;

    private Target(
            boolean secure,
            String userInfo,
            String hostHeader,
            String host,
            int port,
            String path,
            String query,
            boolean parametersAppended) {
        this.secure = secure;
        this.userInfo = userInfo;
        this.hostHeader = hostHeader;
        this.host = host;
        this.port = port;
        this.path = path;
        this.query = query;
        this.parametersAppended = parametersAppended;
        this.origin = (secure ? "https://" : "http://") + hostHeader;
        this.authorization = userInfo == null ? null : basic(userInfo);
        this.resource = resource(path, query, parametersAppended).getBytes(StandardCharsets.UTF_8);
    }

    /** Reads the URL of a branch. */
    static Target of(String url) throws Unsendable {
        return of(url, true);
    }

    /** The same for a URL to which nothing is appended. */
    static Target asItIs(String url) throws Unsendable {
        return of(url, false);
    }

    private static Target of(String url, boolean parametersAppended) throws Unsendable {
        if (hasControl(url)) {
            throw new Unsendable("the URL holds a control character");
        }
        boolean secure = url.regionMatches(true, 0, "https://", 0, 8);
        if (!secure && !url.regionMatches(true, 0, "http://", 0, 7)) {
            throw new Unsendable("the URL does not begin with http:// or https://");
        }
        int authority = secure ? 8 : 7;
        int fragment = url.indexOf('#');
        int end = fragment < 0 ? url.length() : fragment;
        int question = indexOf(url, '?', authority, end);
        int slash = indexOf(url, '/', authority, question);
        String path = url.substring(slash, question);
        String query = question == end ? "" : url.substring(question + 1, end);
        int at = url.lastIndexOf('@', slash - 1);
        String userInfo = at >= authority ? url.substring(authority, at) : null;
        String hostAndPort = url.substring(Math.max(at + 1, authority), slash);
        int colon = hostAndPort.lastIndexOf(':');
        int bracket = hostAndPort.lastIndexOf(']');
        String host = colon > bracket ? hostAndPort.substring(0, colon) : hostAndPort;
        String portText = colon > bracket ? hostAndPort.substring(colon + 1) : "";
        String plainHost = plainHost(host);
        int zone = plainHost.indexOf('%');
        String shownHost =
                bracket < 0 ? asciiHost(host) : "[" + (zone < 0 ? plainHost : plainHost.substring(0, zone)) + "]";
        return new Target(
                secure,
                userInfo,
                portText.isEmpty() ? shownHost : shownHost + ":" + portText,
                plainHost,
                port(portText, secure),
                path,
                query,
                parametersAppended);
    }

    static boolean hasControl(String url) {
        for (int i = 0; i < url.length(); i++) {
            if (url.charAt(i) < ' ' || url.charAt(i) == 0x7f) {
                return true;
            }
        }
        return false;
    }

    /**
     * Where a redirect leads.
     *
     * @param location the header as received
     */
    Target follow(String location) throws Unsendable {
        String text = location.strip();
        int scheme = schemeLength(text);
        if (scheme > 0) {
            if (!text.regionMatches(true, 0, "http://", 0, 7) && !text.regionMatches(true, 0, "https://", 0, 8)) {
                throw new Unsendable("the redirect leads to a location that is not http");
            }
            return of(text, false);
        }
        String schemeText = secure ? "https:" : "http:";
        if (text.startsWith("//")) {
            return of(schemeText + text, false);
        }
        String here = schemeText + "//" + (userInfo == null ? "" : userInfo + "@") + hostHeader;
        int fragment = text.indexOf('#');
        String reference = fragment < 0 ? text : text.substring(0, fragment);
        if (reference.isEmpty()) {
            return of(here + path + (query.isEmpty() ? "" : "?" + query), parametersAppended);
        }
        if (reference.startsWith("?")) {
            return of(here + path + reference, false);
        }
        int question = indexOf(reference, '?', 0, reference.length());
        String relative = reference.substring(0, question);
        String merged = relative.startsWith("/") ? relative : path.substring(0, path.lastIndexOf('/') + 1) + relative;
        return of(here + withoutDots(merged) + reference.substring(question), false);
    }

    /** Whether credentials for this target may go to the other one as well: the same host, or one below it. */
    boolean shareCredentials(Target other) {
        return other.host.equals(host) || other.host.endsWith("." + host);
    }

    /** What calls to it queue and are judged by, within the address: the path without its query. */
    String routeName() {
        return path.isEmpty() ? "/" : path;
    }

    /** Whether the location of a redirect names its host itself. */
    static boolean namesHost(String location) {
        String text = location.strip();
        return text.startsWith("//") || schemeLength(text) > 0;
    }

    private static int schemeLength(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            if (c == ':') {
                return i;
            }
            if (!letter && (i == 0 || (c < '0' || c > '9') && c != '+' && c != '-' && c != '.')) {
                return 0;
            }
        }
        return 0;
    }

    private static String withoutDots(String path) {
        ArrayDeque<String> kept = new ArrayDeque<>();
        String[] segments = path.split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            String segment = segments[i];
            boolean last = i == segments.length - 1;
            if (segment.equals("..")) {
                kept.pollLast();
            } else if (!segment.equals(".") && (i > 0 || !segment.isEmpty())) {
                kept.addLast(segment);
                continue;
            }
            if (last) {
                kept.addLast("");
            }
        }
        StringBuilder text = new StringBuilder(path.length() + 1);
        for (Iterator<String> segment = kept.iterator(); segment.hasNext(); ) {
            text.append('/').append(segment.next());
        }
        return text.isEmpty() ? "/" : text.toString();
    }

    private static int indexOf(String text, char wanted, int from, int end) {
        int found = text.indexOf(wanted, from);
        return found < 0 || found > end ? end : found;
    }

    static String plainHost(String host) throws Unsendable {
        if (host.isEmpty()) {
            throw new Unsendable("the URL has no host");
        }
        if (host.charAt(0) == '[') {
            if (host.charAt(host.length() - 1) != ']' || host.indexOf(':') < 0) {
                throw new Unsendable("the URL has a broken IPv6 address");
            }
            String address = host.substring(1, host.length() - 1);
            for (int i = 0; i < address.length(); i++) {
                char c = address.charAt(i);
                if (Character.digit(c, 16) < 0 && c != ':' && c != '.' && c != '%') {
                    if (address.indexOf('%') < 0 || address.indexOf('%') > i || !hostCharacter(c)) {
                        throw new Unsendable("the URL has a broken IPv6 address");
                    }
                }
            }
            return address.replace("%25", "%").toLowerCase(Locale.ROOT);
        }
        return asciiHost(host).toLowerCase(Locale.ROOT);
    }

    private static String asciiHost(String host) throws Unsendable {
        String ascii = host;
        for (int i = 0; i < host.length(); i++) {
            if (host.charAt(i) >= 0x80) {
                try {
                    ascii = IDN.toASCII(host);
                } catch (IllegalArgumentException noName) {
                    throw new Unsendable("the host of the URL is no name");
                }
                break;
            }
        }
        for (int i = 0; i < ascii.length(); i++) {
            if (!hostCharacter(ascii.charAt(i))) {
                throw new Unsendable("the host of the URL holds a character that no host has");
            }
        }
        return ascii;
    }

    private static boolean hostCharacter(char c) {
        return letterOrDigit(c) || HOST_CHARACTERS.indexOf(c) >= 0;
    }

    static int port(String text, boolean secure) throws Unsendable {
        if (text.isEmpty()) {
            return secure ? 443 : 80;
        }
        int port = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9' || port > 65_535) {
                throw new Unsendable("the port of the URL is no number from 1 to 65535");
            }
            port = port * 10 + c - '0';
        }
        if (port == 0 || port > 65_535) {
            throw new Unsendable("the port of the URL is no number from 1 to 65535");
        }
        return port;
    }

    private static String resource(String path, String query, boolean parametersAppended) {
        StringBuilder text = new StringBuilder(path.length() + query.length() + 2);
        escapePath(path.isEmpty() ? "/" : path, text);
        if (!query.isEmpty()) {
            text.append('?');
            escapeQuery(query, text);
        }
        if (parametersAppended) {
            text.append(query.isEmpty() ? '?' : '&');
        }
        return text.toString();
    }

    /** Escapes that are there stay; what no path may hold is escaped. */
    private static void escapePath(String path, StringBuilder to) {
        for (int i = 0; i < path.length(); ) {
            int c = path.codePointAt(i);
            i += Character.charCount(c);
            boolean escape = c == '%'
                    && i + 1 < path.length()
                    && Character.digit(path.charAt(i), 16) >= 0
                    && Character.digit(path.charAt(i + 1), 16) >= 0;
            if (escape || c < 0x80 && (letterOrDigit((char) c) || PATH_CHARACTERS.indexOf(c) >= 0)) {
                to.append((char) c);
            } else {
                escape(c, to);
            }
        }
    }

    /** Blanks, and what is not ASCII. Servers that stop reading the line at a blank would see neither gid nor operation. */
    private static void escapeQuery(String query, StringBuilder to) {
        for (int i = 0; i < query.length(); ) {
            int c = query.codePointAt(i);
            i += Character.charCount(c);
            if (c > ' ' && c < 0x7f) {
                to.append((char) c);
            } else {
                escape(c, to);
            }
        }
    }

    private static void escape(int c, StringBuilder to) {
        for (byte b : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
            to.append('%').append(HEX[b >> 4 & 15]).append(HEX[b & 15]);
        }
    }

    private static boolean letterOrDigit(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
    }

    static String basic(String userInfo) {
        int colon = userInfo.indexOf(':');
        String user = unescape(colon < 0 ? userInfo : userInfo.substring(0, colon));
        String password = colon < 0 ? "" : unescape(userInfo.substring(colon + 1));
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    static String unescape(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        byte[] from = text.getBytes(StandardCharsets.UTF_8);
        byte[] to = new byte[from.length];
        int length = 0;
        for (int i = 0; i < from.length; i++) {
            if (from[i] == '%'
                    && i + 2 < from.length
                    && Character.digit(from[i + 1], 16) >= 0
                    && Character.digit(from[i + 2], 16) >= 0) {
                to[length++] = (byte) (Character.digit(from[i + 1], 16) << 4 | Character.digit(from[i + 2], 16));
                i += 2;
            } else {
                to[length++] = from[i];
            }
        }
        return new String(to, 0, length, StandardCharsets.UTF_8);
    }
}
