package io.assent.loadtest.fuzz;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The texts and numbers of one input: ids that meet those of other inputs, and values at and over every bound. */
public final class Words {

    /** So many neighbouring inputs share their ids. */
    private static final long NEIGHBOURS = 1_000;
    /** One for each type of transaction. */
    private static final int LANES = 5;

    private static final String[] TEXTS = {
        "",
        " ",
        "a",
        "FAILURE",
        "ONGOING",
        "SUCCESS",
        "null",
        "{}",
        "[]",
        "\"",
        "\\",
        "'; drop table x; --",
        "a;b\r\nc",
        "\u0000",
        "\u007f",
        "\u00e4\u00f6\u00fc",
        "\u20ac",
        "\ud83d\ude00",
        "\ud800",
        "\udfff\ud800",
        "\ufeff",
        "\u2028",
        "%00",
        "%zz",
        "../../etc/passwd",
        "<script>&amp;",
        "${x}",
        "{{x}}",
        "%s%n",
        "\t",
        "-1",
        "1e9",
        "true",
        "\u202eabc"
    };

    private final Chance chance;
    private final BranchUrls urls;
    private final long number;

    /**
     * Makes the words of an input.
     *
     * @param chance the choices.
     * @param urls what its URLs are taken from.
     * @param number the number of the input.
     */
    public Words(final Chance chance, final BranchUrls urls, final long number) {
        this.chance = chance;
        this.urls = urls;
        this.number = number;
    }

    /**
     * Makes an id.
     *
     * @return an id out of any lane.
     */
    public String gid() {
        return gid(chance.below(LANES));
    }

    /**
     * Makes an id out of a lane: transactions of one type keep to one lane mostly, so that what is done to them meets what was done before.
     *
     * @param lane the number of the type.
     * @return the id.
     */
    public String gid(final int lane) {
        return switch (chance.below(12)) {
            case 0 -> text();
            case 1 -> "g".repeat(chance.between(126, 130));
            case 2, 3, 4, 5, 6 -> "near-" + number / NEIGHBOURS + "-" + (chance.below(4) * LANES + lane);
            case 7 -> "near-" + number / NEIGHBOURS + "-" + chance.below(4 * LANES);
            default -> "own-" + number + "-" + chance.below(3);
        };
    }

    /**
     * Makes a branch id.
     *
     * @return the id.
     */
    public String branchId() {
        return switch (chance.below(10)) {
            case 0 -> text();
            case 1 -> "b".repeat(chance.between(127, 130));
            default -> "0" + chance.between(1, 4);
        };
    }

    /**
     * Makes a topic's name.
     *
     * @return the name.
     */
    public String topic() {
        return chance.oneIn(12) ? text() : "topic-" + number / NEIGHBOURS + "-" + chance.below(8);
    }

    /**
     * Makes a URL of a branch.
     *
     * @return the URL, perhaps none at all.
     */
    public String url() {
        return urls.any(chance);
    }

    /**
     * Makes any text.
     *
     * @return the text; it may hold half of a surrogate pair.
     */
    public String text() {
        return switch (chance.below(8)) {
            case 0 -> "x".repeat(chance.between(1, 1_200));
            case 1 -> new String(chance.bytes(chance.between(1, 40)), StandardCharsets.ISO_8859_1);
            case 2 -> chance.pick(TEXTS) + chance.pick(TEXTS);
            default -> chance.pick(TEXTS);
        };
    }

    /**
     * Makes seconds of an option: small ones mostly, and those at and over the bounds.
     *
     * @return the seconds.
     */
    public long seconds() {
        return switch (chance.below(8)) {
            case 0 -> 0;
            case 1 -> -1;
            case 2 ->
                chance.pick(List.of(
                        Integer.MAX_VALUE + 0L,
                        Integer.MAX_VALUE + 1L,
                        Long.MAX_VALUE,
                        Long.MIN_VALUE,
                        -3_000_000_000L));
            default -> chance.between(1, 100);
        };
    }

    /**
     * Makes a number of repeats at once, without a pause: always few, for many would be a load and no fuzzing.
     *
     * @return the number.
     */
    public long retries() {
        return chance.oneIn(6)
                ? chance.pick(List.of(-1L, Integer.MAX_VALUE + 1L, Long.MIN_VALUE))
                : chance.between(0, 3);
    }

    /**
     * Makes the value of a query parameter.
     *
     * @param value what it means.
     * @return how it is written.
     */
    public String parameter(final String value) {
        return switch (chance.below(12)) {
            case 0 -> value.replaceAll("[^!$'-~]", "").replaceAll("[#&]", "");
            case 1 ->
                URLEncoder.encode(value, StandardCharsets.UTF_8)
                        + chance.pick("%", "%4", "%g1", ";", "%ff", "%c3%28", "+", "=", "==");
            default -> URLEncoder.encode(value, StandardCharsets.UTF_8);
        };
    }

    /**
     * Makes what may stand for a whole number.
     *
     * @return the text.
     */
    public String integer() {
        return chance.pick(
                "",
                "0",
                "1",
                "5",
                "20",
                "100",
                "-1",
                "1.5",
                "x",
                " 1",
                "0x10",
                "2147483648",
                "9223372036854775807",
                "99999999999999999999",
                "1e3",
                "+7",
                "%31",
                "%d9%a1");
    }
}
