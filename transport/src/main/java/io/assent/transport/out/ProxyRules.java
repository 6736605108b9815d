package io.assent.transport.out;

import io.netty.util.NetUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which calls go through a proxy: HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in upper or lower case, upper case first. Loopback destinations never
 * do; a SOCKS proxy is left out with a warning. A plain call is sent to the proxy with its whole URL; a secure one tunnels through it (CONNECT).
 */
public final class ProxyRules {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyRules.class);

    /** No proxy at all. */
    public static final ProxyRules NONE = new ProxyRules(null, null, List.of());

    private final Proxy plain;
    private final Proxy secure;
    private final List<Bypass> bypasses;

    private ProxyRules(Proxy plain, Proxy secure, List<Bypass> bypasses) {
        this.plain = plain;
        this.secure = secure;
        this.bypasses = bypasses;
    }

    /** @param authorization {@code Basic ...} or null */
    record Proxy(String host, int port, String user, String password, String authorization) {
        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    /** One entry of NO_PROXY: a network, or a domain with everything below it; with a port it holds for that port only. */
    private record Bypass(byte[] network, int bits, String domain, boolean subdomainsOnly, int port) {
        boolean matches(String host, byte[] address, int wantedPort) {
            if (port != 0 && port != wantedPort) {
                return false;
            }
            if (network != null) {
                return address != null && address.length == network.length && samePrefix(address, network, bits);
            }
            return address == null && (host.endsWith("." + domain) || !subdomainsOnly && host.equals(domain))
                    || domain.isEmpty();
        }
    }

    /**
     * Reads the rules.
     *
     * @throws IllegalArgumentException when a proxy is not a usable {@code http://} address; the message names the variable
     */
    public static ProxyRules fromEnvironment(Map<String, String> environment) {
        String listed = value(environment, "NO_PROXY");
        List<Bypass> parsed = new ArrayList<>();
        for (String entry : listed.split(",", -1)) {
            String text = entry.strip().toLowerCase(Locale.ROOT);
            if (text.equals("*")) {
                parsed.add(new Bypass(null, 0, "", false, 0));
            } else if (!text.isEmpty()) {
                parsed.add(bypass(text));
            }
        }
        return new ProxyRules(proxy(environment, "HTTP_PROXY"), proxy(environment, "HTTPS_PROXY"), List.copyOf(parsed));
    }

    /** The proxy for a destination, or null when it is called directly. */
    Proxy proxyFor(boolean isSecure, String host, int port) {
        Proxy proxy = isSecure ? secure : plain;
        if (proxy == null || host.equals("localhost")) {
            return null;
        }
        byte[] address = NetUtil.createByteArrayFromIpAddressString(host);
        if (address != null && loopback(address)) {
            return null;
        }
        for (Bypass bypass : bypasses) {
            if (bypass.matches(host, address, port)) {
                return null;
            }
        }
        return proxy;
    }

    private static Bypass bypass(String text) {
        int slash = text.indexOf('/');
        if (slash > 0) {
            byte[] network = NetUtil.createByteArrayFromIpAddressString(text.substring(0, slash));
            String bits = text.substring(slash + 1);
            if (network != null && bits.matches("\\d{1,3}")) {
                return new Bypass(network, Math.min(Integer.parseInt(bits), network.length * 8), "", false, 0);
            }
        }
        byte[] whole = NetUtil.createByteArrayFromIpAddressString(text);
        if (whole != null) {
            return new Bypass(whole, whole.length * 8, "", false, 0);
        }
        int colon = text.lastIndexOf(':');
        boolean withPort = colon > 0 && text.substring(colon + 1).matches("\\d{1,5}");
        String host = withPort ? text.substring(0, colon) : text;
        int port = withPort ? Integer.parseInt(text.substring(colon + 1)) : 0;
        byte[] address = NetUtil.createByteArrayFromIpAddressString(host);
        if (address != null) {
            return new Bypass(address, address.length * 8, "", false, port);
        }
        String domain = host.startsWith("*.") ? host.substring(1) : host;
        boolean subdomainsOnly = domain.startsWith(".");
        return new Bypass(null, 0, subdomainsOnly ? domain.substring(1) : domain, subdomainsOnly, port);
    }

    private static Proxy proxy(Map<String, String> environment, String variable) {
        String text = value(environment, variable);
        if (text.isEmpty()) {
            return null;
        }
        String url = text.contains("://") ? text : "http://" + text;
        if (url.regionMatches(true, 0, "socks", 0, 5)) {
            LOG.warn("{} names a SOCKS proxy, which is not supported: it is ignored", variable);
            return null;
        }
        if (!url.regionMatches(true, 0, "http://", 0, 7)) {
            throw new IllegalArgumentException(variable + " must be an http:// address of a proxy");
        }
        try {
            Target target = Target.of(url);
            int end = url.indexOf('/', 7);
            String authority = url.substring(7, end < 0 ? url.length() : end);
            int at = authority.lastIndexOf('@');
            String userInfo = at < 0 ? "" : authority.substring(0, at);
            int colon = userInfo.indexOf(':');
            return new Proxy(
                    target.host,
                    target.port,
                    Target.unescape(colon < 0 ? userInfo : userInfo.substring(0, colon)),
                    colon < 0 ? "" : Target.unescape(userInfo.substring(colon + 1)),
                    at < 0 ? null : target.authorization);
        } catch (Unsendable bad) {
            throw new IllegalArgumentException(variable + " is no address of a proxy: " + bad.getMessage(), bad);
        }
    }

    private static String value(Map<String, String> environment, String variable) {
        String upper = environment.get(variable);
        String text = upper == null || upper.isBlank() ? environment.get(variable.toLowerCase(Locale.ROOT)) : upper;
        return text == null ? "" : text.strip();
    }

    private static boolean loopback(byte[] address) {
        if (address.length == 4) {
            return address[0] == 127;
        }
        for (int i = 0; i < 15; i++) {
            if (address[i] != 0) {
                return false;
            }
        }
        return address[15] == 1;
    }

    private static boolean samePrefix(byte[] address, byte[] network, int bits) {
        for (int i = 0; i < bits; i++) {
            int mask = 0x80 >> (i & 7);
            if ((address[i >> 3] & mask) != (network[i >> 3] & mask)) {
                return false;
            }
        }
        return true;
    }
}
