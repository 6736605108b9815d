package io.assent.client;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * What a branch call says about itself: which operation of which branch of which transaction it is. It is the key under which a participant
 * remembers that it has done the operation (PROTOCOL 5.2, 5.4, 12.1).
 *
 * @param transType the type of the global transaction, such as {@code saga}; at most 45 characters.
 * @param gid its global id; at most 128 characters.
 * @param branchId the branch; {@code 00} for the sender of a message; at most 128 characters.
 * @param op the operation, such as {@code action} or {@code compensate}; {@code msg} for the local transaction of a message; at most 45
 *     characters.
 */
public record BranchContext(String transType, String gid, String branchId, String op) {
    private static final int SHORT_CHARS_MAX = 45;
    private static final int LONG_CHARS_MAX = 128;
    /** Characters that the coordinator drops from gids, and that no part may hold. */
    private static final String DROPPED = "[\r\n;]";

    /**
     * Checks that each part is there and fits the columns of a barrier table: a database that cuts silently would make one key of two.
     *
     * @throws IllegalArgumentException naming the part and the rule.
     */
    public BranchContext {
        check("trans_type", transType, SHORT_CHARS_MAX);
        check("gid", gid, LONG_CHARS_MAX);
        check("branch_id", branchId, LONG_CHARS_MAX);
        check("op", op, SHORT_CHARS_MAX);
    }

    /**
     * The context of the local transaction of a message (branch {@code 00}, operation {@code msg}).
     *
     * @param gid the message's global id.
     * @return the context.
     */
    public static BranchContext ofMessage(String gid) {
        return new BranchContext("msg", gid, "00", "msg");
    }

    /**
     * Reads the four query parameters of a branch call over HTTP. The coordinator adds them after the URL's own query, so of several with one name
     * the last counts.
     *
     * @param rawQuery the query as it came, percent-encoded, without its question mark; may be null.
     * @return the context.
     * @throws IllegalArgumentException if a parameter is missing, empty or too long, naming it.
     */
    public static BranchContext ofQuery(String rawQuery) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String pair : (rawQuery == null ? "" : rawQuery).split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                parameters.put(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
            }
        }
        return of(parameters::get);
    }

    /**
     * Reads the context from what a framework has taken apart already: query parameters by their names, or metadata of a gRPC call, for which the
     * function adds the prefix {@code dtm-}.
     *
     * @param parameter gives the value of {@code trans_type}, {@code gid}, {@code branch_id} and {@code op}; null for one that is not there.
     * @return the context.
     * @throws IllegalArgumentException if a parameter is missing, empty or too long, naming it.
     */
    public static BranchContext of(UnaryOperator<String> parameter) {
        return new BranchContext(
                cleaned(parameter.apply("trans_type")),
                cleaned(parameter.apply("gid")),
                cleaned(parameter.apply("branch_id")),
                cleaned(parameter.apply("op")));
    }

    private static String cleaned(String value) {
        return value == null ? null : value.replaceAll(DROPPED, "");
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static void check(String name, String value, int charsMax) {
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException(name + " is missing: this is no branch call of a coordinator");
        }
        int chars = value.codePointCount(0, value.length());
        if (chars > charsMax) {
            throw new IllegalArgumentException(
                    name + " has " + chars + " characters, at most " + charsMax + " fit a barrier");
        }
    }
}
