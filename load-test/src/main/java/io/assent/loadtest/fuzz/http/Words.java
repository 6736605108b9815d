package io.assent.loadtest.fuzz.http;

import io.assent.loadtest.fuzz.BranchUrls;
import io.assent.loadtest.fuzz.Chance;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The texts and numbers of one input: ids that meet those of other inputs, and values at and over every bound. */
final class Words {

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

    Words(final Chance chance, final BranchUrls urls, final long number) {
        this.chance = chance;
        this.urls = urls;
        this.number = number;
    }

    String gid() {
        return gid(chance.below(LANES));
    }

    /** An id out of a lane: transactions of one type keep to one lane mostly, so that what is done to them meets what was done before. */
    String gid(final int lane) {
        return switch (chance.below(12)) {
            case 0 -> text();
            case 1 -> "g".repeat(chance.between(126, 130));
            case 2, 3, 4, 5, 6 -> "near-" + number / NEIGHBOURS + "-" + (chance.below(4) * LANES + lane);
            case 7 -> "near-" + number / NEIGHBOURS + "-" + chance.below(4 * LANES);
            default -> "own-" + number + "-" + chance.below(3);
        };
    }

    String branchId() {
        return switch (chance.below(10)) {
            case 0 -> text();
            case 1 -> "b".repeat(chance.between(127, 130));
            default -> "0" + chance.between(1, 4);
        };
    }

    String topic() {
        return chance.oneIn(12) ? text() : "topic-" + number / NEIGHBOURS + "-" + chance.below(8);
    }

    String url() {
        return urls.any(chance);
    }

    String text() {
        return switch (chance.below(8)) {
            case 0 -> "x".repeat(chance.between(1, 1_200));
            case 1 -> new String(chance.bytes(chance.between(1, 40)), StandardCharsets.ISO_8859_1);
            case 2 -> chance.pick(TEXTS) + chance.pick(TEXTS);
            default -> chance.pick(TEXTS);
        };
    }

    /** Seconds of an option: small ones mostly, and those at and over the bounds. */
    long seconds() {
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

    /** Repeats at once, without a pause: always few, for many would be a load and no fuzzing. */
    long retries() {
        return chance.oneIn(6)
                ? chance.pick(List.of(-1L, Integer.MAX_VALUE + 1L, Long.MIN_VALUE))
                : chance.between(0, 3);
    }

    /** A value of a query parameter. */
    String parameter(final String value) {
        return switch (chance.below(12)) {
            case 0 -> value.replaceAll("[^!$'-~]", "").replaceAll("[#&]", "");
            case 1 ->
                URLEncoder.encode(value, StandardCharsets.UTF_8)
                        + chance.pick("%", "%4", "%g1", ";", "%ff", "%c3%28", "+", "=", "==");
            default -> URLEncoder.encode(value, StandardCharsets.UTF_8);
        };
    }

    String integer() {
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
