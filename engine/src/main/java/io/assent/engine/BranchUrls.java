package io.assent.engine;

/** How the URL of a branch is called: by its beginning and by the protocol of its transaction (PROTOCOL 5.1). */
public final class BranchUrls {
    private static final String HTTP = "http://";
    private static final String HTTPS = "https://";

    private BranchUrls() {}

    /** Whether it is called by gRPC. */
    public static boolean isGrpc(String protocol, String url) {
        return !isHttp(protocol) && !url.startsWith(HTTP) && !url.startsWith(HTTPS);
    }

    /** Whether this protocol of a transaction is HTTP. */
    public static boolean isHttp(String protocol) {
        return protocol.isEmpty() || protocol.equals("http");
    }

    /** Whether a URL names HTTP as its scheme, in any case. */
    public static boolean namesHttp(String url) {
        return url.regionMatches(true, 0, HTTP, 0, HTTP.length())
                || url.regionMatches(true, 0, HTTPS, 0, HTTPS.length());
    }

    /** Why a URL that may be well in itself can never be called under this protocol, or null. */
    static String mismatch(String protocol, String url) {
        if (url.isEmpty()) {
            return null;
        }
        if (isGrpc(protocol, url)) {
            return namesHttp(url) ? "beside gRPC its http:// or https:// has to be in small letters" : null;
        }
        return namesHttp(url)
                ? null
                : "the protocol of the transaction is http, and the URL begins neither with http:// nor with https://";
    }
}
