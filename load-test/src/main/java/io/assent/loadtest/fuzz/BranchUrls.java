package io.assent.loadtest.fuzz;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The URLs that a fuzzed transaction may name: the run's own participants, a port where nobody listens, and texts that no server can call. Every
 * URL that can be called has a path, so that {@link LoopbackGuard} sees where its authority ends.
 *
 * @param steady host and port of the participant that answers at once, in every way.
 * @param silent host and port of the participant that never answers.
 * @param closed host and port where nobody listens.
 */
public record BranchUrls(String steady, String silent, String closed) {

    /** What makes a URL in which a user and a password stand. */
    private static final String CREDENTIALS = "u:pw@";

    /** Authorities that lead nowhere: none, no port, ports that do not exist, broken brackets, a blank. */
    private static final List<String> NOWHERE = List.of(
            "",
            "127.0.0.1:0",
            "127.0.0.1:65536",
            "127.0.0.1:99999999999",
            "127.0.0.1:x",
            "[::1",
            "[x]:1",
            "::1]",
            "[]",
            ":80",
            "127.0.0.1:1 2",
            "127.0.0.1:-1",
            "@",
            ":");

    /** Where the branches over gRPC are. */
    private static final String SERVICE = "/fuzz.Branch/";

    /** What may stand behind the authority of a gRPC target: every one has a slash, so that the authority ends there. */
    private static final List<String> METHODS = List.of(
            "/",
            "/x",
            "/x/",
            "/a.B/C/D",
            "/workflow.Workflow/Execute",
            "/fuzz.Branch/ok?x=1",
            "/fuzz.Branch/a b",
            "/fuzz.Branch/\u00e4\u20ac",
            "/\u0000/x",
            "/a%2f%00/x",
            "/fuzz.Branch/" + "m".repeat(2_000),
            "/fuzz.Branch/" + "m".repeat(2_100));

    /** Texts without an authority. */
    private static final List<String> NO_URLS = List.of(
            "http",
            "http:",
            "http:/",
            "/x",
            "//",
            "?",
            "#",
            "x",
            "http//x",
            "HTTP",
            " ",
            "%",
            "mailto:x",
            "\u0000",
            "\ud800",
            "\u00e4\u20ac\ud83d\ude00");

    /**
     * Tells which authorities an input may name.
     *
     * @return everything that may stand between {@code ://} and the next slash, question mark or number sign.
     */
    public Set<String> authorities() {
        final Set<String> all = new HashSet<>(NOWHERE);
        for (final String host : callable()) {
            all.add(host);
            all.add(CREDENTIALS + host);
        }
        return Set.copyOf(all);
    }

    /**
     * Tells which places can be called.
     *
     * @return hosts with their ports.
     */
    public Set<String> callable() {
        return Set.of(steady, silent, closed);
    }

    /**
     * Makes a URL of a branch that is answered soon or can not be called.
     *
     * @param chance the choices.
     * @return the URL, perhaps empty, perhaps none at all.
     */
    public String any(final Chance chance) {
        return switch (chance.below(20)) {
            case 0, 1, 2, 3, 4, 5, 6, 7, 8 -> answered("ok", chance);
            case 9, 10 -> answered(chance.pick(FuzzedBranches.OUTCOMES), chance);
            case 11 -> answered("odd/" + chance.below(FuzzedBranches.ODD_ANSWERS), chance);
            case 12, 13 -> "http://" + closed + "/closed";
            case 14 -> "https://" + closed + "/tls";
            case 15, 16 -> "";
            case 17 -> chance.pick("http://", "https://") + chance.pick(NOWHERE) + chance.pick("/", "/x", "?x", "#x");
            case 18 -> chance.pick(NO_URLS);
            default ->
                chance.pick("ftp://", "HTTP://", "nacos://", "://", "") + chance.pick(closed, steady)
                        + "/odd.Service/Call";
        };
    }

    /** Only successes have odd forms: a server remembers the URLs it calls, up to a bound, and few of them make that soon reached. */
    private String answered(final String outcome, final Chance chance) {
        if (!outcome.equals("ok")) {
            return "http://" + steady + "/" + outcome;
        }
        final String user = chance.oneIn(20) ? CREDENTIALS : "";
        final String more = switch (chance.below(20)) {
            case 0 -> "?a=1&gid=own";
            case 1 -> "?{x}&%zz&a b";
            case 2 -> "#fragment";
            case 3 -> "/\u00e4 \u20ac/%2F/..";
            case 4 -> "?" + "q".repeat(chance.pick(List.of(1, 500, 2_000, 2_100)));
            case 5 -> "?method=busi";
            default -> "";
        };
        return "http://" + user + steady + "/" + outcome + more;
    }

    /**
     * Makes the target of a branch over gRPC that is answered soon or can not be called.
     *
     * @param chance the choices.
     * @return the target, perhaps empty, perhaps none at all, sometimes a URL of a branch over HTTP.
     */
    public String anyOverGrpc(final Chance chance) {
        return switch (chance.below(20)) {
            case 0, 1, 2, 3, 4, 5, 6, 7, 8 -> steady + SERVICE + "ok";
            case 9, 10 -> steady + SERVICE + chance.pick(FuzzedBranches.OUTCOMES);
            case 11 -> steady + SERVICE + "odd/" + chance.below(GrpcBranch.ODD_ANSWERS);
            case 12 -> closed + SERVICE + "closed";
            case 13 -> "";
            case 14 -> steady + chance.pick(METHODS);
            case 15 -> chance.pick(NOWHERE) + chance.pick(METHODS);
            case 16 -> chance.pick(NO_URLS);
            default -> any(chance);
        };
    }

    /**
     * Makes the target of a branch over gRPC that never answers.
     *
     * @return the target.
     */
    public String unansweredOverGrpc() {
        return silent + SERVICE + "hang";
    }

    /**
     * Makes the target of a branch over gRPC that succeeds.
     *
     * @return the target.
     */
    public String successfulOverGrpc() {
        return steady + SERVICE + "ok";
    }

    /**
     * Makes a URL of a branch that never answers.
     *
     * @return the URL.
     */
    public String unanswered() {
        return "http://" + silent + "/hang";
    }
}
