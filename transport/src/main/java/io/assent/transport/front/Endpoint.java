package io.assent.transport.front;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The endpoints below {@code /api/dtmsvr/} (PROTOCOL 2.2), and {@code releaseQuarantined}, which is ours. */
enum Endpoint {
    VERSION("GET", "version"),
    NEW_GID("GET", "newGid"),
    QUERY("GET", "query"),
    ALL("GET", "all"),
    QUERY_KV("GET", "queryKV"),
    SCAN_KV("GET", "scanKV"),
    SUBSCRIBE("GET", "subscribe"),
    UNSUBSCRIBE("GET", "unsubscribe"),
    RESET_CRON_TIME("GET", "resetCronTime"),
    PREPARE("POST", "prepare"),
    SUBMIT("POST", "submit"),
    ABORT("POST", "abort"),
    REGISTER_BRANCH("POST", "registerBranch"),
    REGISTER_XA_BRANCH("POST", "registerXaBranch"),
    REGISTER_TCC_BRANCH("POST", "registerTccBranch"),
    PREPARE_WORKFLOW("POST", "prepareWorkflow"),
    FORCE_STOP("POST", "forceStop"),
    RESET_NEXT_CRON_TIME("POST", "resetNextCronTime"),
    RELEASE_QUARANTINED("POST", "releaseQuarantined"),
    /** The topic's name is the last segment of the path. */
    DELETE_TOPIC("DELETE", "topic/");

    private static final Map<String, Endpoint> BY_ROUTE = new HashMap<>();

    static {
        for (Endpoint endpoint : values()) {
            BY_ROUTE.put(endpoint.method + " " + endpoint.path, endpoint);
        }
    }

    private final String method;
    private final String path;
    private final String api;

    Endpoint(String method, String path) {
        this.method = method;
        this.path = path;
        this.api = path.endsWith("/") ? path.substring(0, path.length() - 1) : path.toLowerCase(Locale.ROOT);
    }

    /** The endpoint, or null when there is none of this method and name. */
    static Endpoint of(String method, String name) {
        if (name.startsWith(DELETE_TOPIC.path)) {
            String topic = name.substring(DELETE_TOPIC.path.length());
            boolean named = !topic.isEmpty() && topic.indexOf('/') < 0;
            return named && method.equals(DELETE_TOPIC.method) ? DELETE_TOPIC : null;
        }
        return BY_ROUTE.get(method + " " + name);
    }

    /** The topic in the path of {@link #DELETE_TOPIC}, as it stands there. */
    static String topicIn(String name) {
        return name.substring(DELETE_TOPIC.path.length());
    }

    /** Its name in metrics. */
    String api() {
        return api;
    }

    /** Whether its answer may be large. */
    boolean answersWithRecords() {
        return switch (this) {
            case QUERY, ALL, QUERY_KV, SCAN_KV, PREPARE_WORKFLOW -> true;
            default -> false;
        };
    }

    boolean isGet() {
        return method.equals("GET");
    }
}
