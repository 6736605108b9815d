package io.assent.loadtest.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Makes wrong bodies of right ones: first in the tree, then in the text, then in the bytes. One input's. */
public final class BodyMutator {

    private static final String RETRY_LIMIT = "retry_limit";

    /** Values of any type, some of them no JSON. */
    private static final String[] RAW = {
        "null",
        "true",
        "false",
        "0",
        "-0",
        "1",
        "-1",
        "1.5",
        "5.0",
        "1e2",
        "1e999",
        "-1e-999",
        "9223372036854775807",
        "9223372036854775808",
        "0123",
        "+1",
        ".5",
        "1.",
        "NaN",
        "Infinity",
        "0x10",
        "\"\"",
        "\"x\"",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "\"\\u0000\"",
        "\"\\uD83D\\uDE00\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\n\"",
        "\"FAILURE\"",
        "\"5\"",
        "'x'",
        "[]",
        "{}",
        "[[]]",
        "[null]",
        "[1,]",
        "{,}",
        "{\"a\"}",
        "{\"a\":1,\"a\":2}",
        "[{}]",
        "[\"\"]",
        "undefined",
        "",
        "/*c*/1",
        "tru",
        "\ufeff1"
    };

    private static final String[] KEYS = {
        "gid",
        "GID",
        "Gid",
        "trans_type",
        "steps",
        "payloads",
        "custom_data",
        "query_prepared",
        "protocol",
        "wait_result",
        "timeout_to_fail",
        "request_timeout",
        "retry_interval",
        "branch_headers",
        "concurrent",
        "req_extra",
        "rollback_reason",
        "branch_id",
        "data",
        "op",
        "status",
        "id",
        "params",
        "method",
        "jsonrpc",
        "",
        "\u0130d",
        "__proto__"
    };

    private final Chance chance;

    /**
     * Makes the mutator of an input.
     *
     * @param chance the choices.
     */
    public BodyMutator(final Chance chance) {
        this.chance = chance;
    }

    /**
     * Bends a body.
     *
     * @param body a right one; it stays as it is.
     * @return the bytes of a wrong one mostly.
     */
    public byte[] mutated(final ObjectNode body) {
        final ObjectNode tree = body.deepCopy();
        for (int i = chance.below(3); i > 0; i--) {
            bend(tree);
        }
        String text = tree.toString();
        if (chance.oneIn(6)) {
            text = "{\"" + chance.pick(KEYS) + "\":" + value() + "," + text.substring(1);
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int i = chance.below(3); i > 0; i--) {
            bytes = brokenBytes(bytes);
        }
        return bytes;
    }

    // ---- the tree

    private void bend(final ObjectNode root) {
        final List<JsonNode> containers = new ArrayList<>();
        collect(root, containers);
        final JsonNode container = chance.pick(containers);
        if (container instanceof ObjectNode object) {
            bendObject(object);
        } else if (container instanceof ArrayNode array) {
            bendArray(array);
        }
    }

    private static void collect(final JsonNode node, final List<JsonNode> containers) {
        if (node.isContainerNode()) {
            containers.add(node);
            node.forEach(child -> collect(child, containers));
        }
    }

    private void bendObject(final ObjectNode object) {
        final List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        if (names.isEmpty() || chance.oneIn(5)) {
            object.set(chance.pick(KEYS), raw(value()));
            return;
        }
        final String name = chance.pick(names);
        switch (chance.below(6)) {
            case 0 -> object.remove(name);
            case 1 -> {
                final JsonNode value = object.remove(name);
                object.set(
                        chance.oneIn(2) ? name.toUpperCase(Locale.ROOT) : name.substring(0, name.length() / 2), value);
            }
            case 2 ->
                object.set(
                        name,
                        raw(nested(chance.pick("[", "{\"a\":"), chance.between(1, chance.oneIn(20) ? 20_000 : 1_200))));
            case 3 -> object.set(name, raw(number()));
            default -> object.set(name, raw(value()));
        }
        keepFew(object);
    }

    /** Each repeat is at once: a bent number of them would be a load and no fuzzing. */
    private void keepFew(final ObjectNode object) {
        for (final String name : List.of(RETRY_LIMIT, RETRY_LIMIT.toUpperCase(Locale.ROOT))) {
            if (object.has(name)) {
                object.set(
                        name,
                        raw(chance.pick("-1", "0", "2", "1e1", "\"2\"", "[]", "2147483648", "99999999999999999999")));
            }
        }
    }

    private void bendArray(final ArrayNode array) {
        switch (chance.below(4)) {
            case 0 -> array.add(raw(value()));
            case 1 -> array.insert(0, raw(value()));
            case 2 -> {
                if (!array.isEmpty()) {
                    array.remove(chance.below(array.size()));
                }
            }
            default -> {
                if (!array.isEmpty()) {
                    array.set(chance.below(array.size()), raw(value()));
                }
            }
        }
    }

    private String value() {
        return switch (chance.below(12)) {
            case 0 -> number();
            case 1 -> nested("[", chance.between(1, 60));
            default -> chance.pick(RAW);
        };
    }

    private String number() {
        final String digits =
                Integer.toString(chance.between(1, 9)).repeat(chance.between(1, chance.oneIn(10) ? 3_000 : 30));
        return chance.pick("", "-")
                + digits
                + chance.pick("", "." + digits, "e" + digits.substring(0, Math.min(4, digits.length())));
    }

    private String nested(final String open, final int depth) {
        final String close = open.equals("[") ? "]" : "}";
        final String inner = open.equals("[") ? "" : "1";
        return open.repeat(depth) + inner + (chance.oneIn(4) ? "" : close.repeat(depth));
    }

    private static JsonNode raw(final String text) {
        return JsonNodeFactory.instance.rawValueNode(new RawValue(text));
    }

    // ---- the bytes

    private byte[] brokenBytes(final byte[] bytes) {
        if (bytes.length == 0) {
            return chance.bytes(chance.between(1, 30));
        }
        final int at = chance.below(bytes.length);
        return switch (chance.below(12)) {
            case 0 -> Arrays.copyOf(bytes, at);
            case 1 -> Arrays.copyOfRange(bytes, at, bytes.length);
            case 2 -> Bytes.flipped(bytes, at, chance.below(8));
            case 3 -> Bytes.joined(bytes, at, chance.bytes(chance.between(1, 8)), at);
            case 4 -> Bytes.joined(bytes, at, invalidUtf8(), at);
            case 5 -> Bytes.joined(bytes, at, new byte[0], Math.min(bytes.length, at + chance.between(1, 20)));
            case 6 ->
                Bytes.joined(
                        bytes,
                        bytes.length,
                        ascii(chance.pick("x", "{}", "]", "}", ",", "null", " \r\n\t ", "\u0000")),
                        bytes.length);
            case 7 -> Bytes.joined(bytes, 0, new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf}, 0);
            case 8 -> Bytes.joined(bytes, at, ascii(chance.pick("\\", "\"", "\\u", "\\ud800", "{", "[", ":", ",")), at);
            case 9 ->
                new String(bytes, StandardCharsets.UTF_8)
                        .getBytes(chance.oneIn(2) ? StandardCharsets.UTF_16 : StandardCharsets.UTF_16LE);
            case 10 -> chance.bytes(chance.between(0, 200));
            default -> ascii(chance.pick(RAW));
        };
    }

    private byte[] invalidUtf8() {
        return switch (chance.below(6)) {
            case 0 -> new byte[] {(byte) 0xff};
            case 1 -> new byte[] {(byte) 0xc0, (byte) 0xaf};
            case 2 -> new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80};
            case 3 -> new byte[] {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80};
            case 4 -> new byte[] {(byte) 0xe2, (byte) 0x82};
            default -> new byte[] {(byte) 0x80};
        };
    }

    private static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
