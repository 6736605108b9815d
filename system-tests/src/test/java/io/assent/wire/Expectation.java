package io.assent.wire;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Text with holes, matched against what came, from left to right and byte for byte (each char is one byte).
 *
 * <table>
 * <caption>Holes</caption>
 * <tr><td>{@code time}</td><td>UTC, RFC 3339, fraction without trailing zeros; {@code time:a} remembers it and demands the same later;
 * {@code time:a+10} demands ten seconds more</td></tr>
 * <tr><td>{@code number}</td><td>an integer of at most ten digits</td></tr>
 * <tr><td>{@code text}</td><td>a text that the page does not fix: not empty, without FAILURE and ONGOING</td></tr>
 * <tr><td>{@code failure}</td><td>a text that the page does not fix, with FAILURE and without ONGOING</td></tr>
 * <tr><td>{@code id}</td><td>a generated gid; {@code id:a} remembers it</td></tr>
 * <tr><td>{@code position}</td><td>where a listing goes on: not empty; {@code position:a} remembers it</td></tr>
 * <tr><td>{@code any}</td><td>whatever comes up to the text that follows</td></tr>
 * <tr><td>{@code may X}</td><td>X, or nothing: what the page leaves to the store</td></tr>
 * <tr><td>{@code either X|Y}</td><td>one of them</td></tr>
 * </table>
 *
 * <p>Other names are values: {@code gid}, {@code participant}, and what was remembered. In a request {@code hex 0A FF} is bytes and
 * {@code repeat 3 ab} is {@code ababab}.
 */
final class Expectation {
    private static final Pattern TIME =
            Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{0,8}[1-9])?Z");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,10}");
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,128}");
    private static final Pattern POSITION = Pattern.compile("[^\"]+");
    private static final int CONTEXT = 60;

    private final String found;
    private final Map<String, String> values;
    private int at;

    private Expectation(String found, Map<String, String> values) {
        this.found = found;
        this.values = values;
    }

    /** Null when it fits, else where and why not. Remembered values are added to {@code values}. */
    static String difference(String expected, String found, Map<String, String> values) {
        Expectation match = new Expectation(found, values);
        String why = match.match(pieces(expected), true);
        if (why == null) {
            return null;
        }
        return why + "\n  at byte " + match.at + ", after: " + shown(found, match.at - CONTEXT, match.at)
                + "\n  expected: " + expected + "\n  found:    " + found;
    }

    /** The text with its holes replaced by their values, as a request is sent. */
    static String filled(String text, Map<String, String> values) {
        StringBuilder filled = new StringBuilder();
        for (Piece piece : pieces(text)) {
            filled.append(piece.hole() ? value(piece.text(), values) : piece.text());
        }
        return filled.toString();
    }

    private static String value(String hole, Map<String, String> values) {
        String[] words = hole.split(" ", 3);
        if (words[0].equals("hex")) {
            byte[] bytes = HexFormat.of().parseHex(hole.substring(4).replace(" ", ""));
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
        if (words[0].equals("repeat")) {
            return words[2].repeat(Integer.parseInt(words[1]));
        }
        String value = values.get(hole);
        if (value == null) {
            throw new MissingValue("no value for {{" + hole + "}}, known are " + values.keySet());
        }
        return value;
    }

    /** A hole names what nothing has given a value. */
    static final class MissingValue extends RuntimeException {
        private static final long serialVersionUID = 1;

        MissingValue(String message) {
            super(message);
        }
    }

    private record Piece(boolean hole, String text) {}

    private static List<Piece> pieces(String text) {
        List<Piece> pieces = new ArrayList<>();
        int from = 0;
        while (true) {
            int open = text.indexOf("{{", from);
            if (open < 0) {
                break;
            }
            if (open > from) {
                pieces.add(new Piece(false, text.substring(from, open)));
            }
            int close = end(text, open);
            pieces.add(new Piece(true, text.substring(open + 2, close)));
            from = close + 2;
        }
        if (from < text.length()) {
            pieces.add(new Piece(false, text.substring(from)));
        }
        return pieces;
    }

    /** Where the hole ends; holes stand in one another only inside {@code may} and {@code either}. */
    private static int end(String text, int open) {
        int depth = 1;
        int at = open + 2;
        while (at < text.length() - 1) {
            if (text.startsWith("{{", at)) {
                depth++;
                at += 2;
            } else if (text.startsWith("}}", at)) {
                if (--depth == 0) {
                    return at;
                }
                at += 2;
            } else {
                at++;
            }
        }
        throw new IllegalArgumentException("a hole without end: " + text.substring(open));
    }

    private String match(List<Piece> pieces, boolean whole) {
        for (int i = 0; i < pieces.size(); i++) {
            Piece piece = pieces.get(i);
            boolean follows = i + 1 < pieces.size() && !pieces.get(i + 1).hole();
            String next = follows ? pieces.get(i + 1).text() : "";
            boolean last = whole && i + 2 >= pieces.size();
            String why = piece.hole() ? hole(piece.text(), next, last) : literal(piece.text());
            if (why != null) {
                return why;
            }
        }
        return whole && at < found.length() ? "expected the end, found " + shown(found, at, at + CONTEXT) : null;
    }

    private String literal(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (at == found.length() || found.charAt(at) != text.charAt(i)) {
                return "expected " + shown(text, i, i + CONTEXT) + ", found " + shown(found, at, at + CONTEXT);
            }
            at++;
        }
        return null;
    }

    private String hole(String hole, String next, boolean last) {
        int blank = hole.indexOf(' ');
        int colon = hole.indexOf(':');
        String kind = blank > 0 ? hole.substring(0, blank) : colon > 0 ? hole.substring(0, colon) : hole;
        String rest = blank > 0 ? hole.substring(blank + 1) : colon > 0 ? hole.substring(colon + 1) : "";
        return switch (kind) {
            case "time" -> time(rest);
            case "number" -> remembered(NUMBER, "a number", rest);
            case "id" -> remembered(ID, "a generated gid", rest);
            case "position" -> remembered(POSITION, "a position", rest);
            case "text" -> words(next, "");
            case "failure" -> words(next, "FAILURE");
            case "any" -> {
                at = last && found.endsWith(next) ? Math.max(at, found.length() - next.length()) : endBefore(next);
                yield null;
            }
            case "may" -> either(List.of(rest, ""));
            case "either" -> either(List.of(rest.split("\\|", -1)));
            default -> literal(value(hole, values));
        };
    }

    private String either(List<String> choices) {
        int start = at;
        for (String choice : choices) {
            if (match(pieces(choice), false) == null) {
                return null;
            }
            at = start;
        }
        return "expected one of " + choices + ", found " + shown(found, at, at + CONTEXT);
    }

    private String remembered(Pattern pattern, String what, String label) {
        String text = taken(pattern);
        if (text == null) {
            return "expected " + what + ", found " + shown(found, at, at + CONTEXT);
        }
        String before = label.isEmpty() ? null : values.putIfAbsent(label, text);
        if (before != null && !before.equals(text)) {
            at -= text.length();
            return "expected " + before + " again, found " + text;
        }
        return null;
    }

    private String time(String label) {
        int plus = label.indexOf('+');
        if (plus < 0) {
            return remembered(TIME, "a time in UTC", label);
        }
        Instant base = Instant.parse(value(label.substring(0, plus), values));
        Instant expected = base.plusSeconds(Long.parseLong(label.substring(plus + 1)));
        String text = taken(TIME);
        if (text == null) {
            return "expected a time in UTC, found " + shown(found, at, at + CONTEXT);
        }
        if (!Instant.parse(text).equals(expected)) {
            at -= text.length();
            return "expected " + expected + " (" + label + "), found " + text;
        }
        return null;
    }

    private String taken(Pattern pattern) {
        Matcher matcher = pattern.matcher(found).region(at, found.length());
        if (!matcher.lookingAt()) {
            return null;
        }
        at = matcher.end();
        return matcher.group();
    }

    private String words(String next, String needed) {
        int end = next.startsWith("\"") || next.isEmpty() ? endOfString() : endBefore(next);
        String text = found.substring(at, end);
        if (text.isEmpty()) {
            return "expected a text, found nothing";
        }
        for (String word : List.of("FAILURE", "ONGOING")) {
            if (text.contains(word) != word.equals(needed)) {
                return String.format(
                        Locale.ROOT,
                        "expected a text %s %s, found %s",
                        word.equals(needed) ? "with" : "without",
                        word,
                        text);
            }
        }
        at = end;
        return null;
    }

    /** Where the JSON text ends within which the match stands. */
    private int endOfString() {
        int end = at;
        while (end < found.length() && found.charAt(end) != '"') {
            end += found.charAt(end) == '\\' ? 2 : 1;
        }
        return Math.min(end, found.length());
    }

    private int endBefore(String next) {
        int end = next.isEmpty() ? -1 : found.indexOf(next, at);
        return end < 0 ? found.length() : end;
    }

    private static String shown(String text, int from, int to) {
        String part = text.substring(Math.max(0, from), Math.min(Math.max(from, to), text.length()));
        return part.isEmpty() ? "the end" : "'" + part + "'";
    }
}
