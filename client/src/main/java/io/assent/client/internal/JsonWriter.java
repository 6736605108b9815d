package io.assent.client.internal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Map;
import java.util.Optional;

/**
 * Writes Java values as JSON text: maps, iterables, arrays, records, strings, numbers, booleans, enums (their names),
 * optionals (their value or {@code null}) and null.
 *
 * <p>Any other class is refused by name instead of being guessed at: a payload that silently became {@code {}} would be
 * found out only by the participant. Lone surrogates are written as the escape of U+FFFD, so that every text written is valid UTF-8.
 * Depth is limited as in {@link JsonReader}, which also ends the writing of a map that contains itself.
 */
public final class JsonWriter {

    private final StringBuilder out = new StringBuilder(256);

    private JsonWriter() {}

    /**
     * Writes one value.
     *
     * @param value what to write.
     * @return the JSON text, without blanks.
     * @throws JsonException naming the class that has no JSON form.
     */
    public static String write(final Object value) {
        final JsonWriter writer = new JsonWriter();
        writer.value(value, 0);
        return writer.out.toString();
    }

    private void value(final Object value, final int depth) {
        if (depth > JsonReader.DEPTH_MAX) {
            throw new JsonException("nested deeper than " + JsonReader.DEPTH_MAX + " levels");
        }
        if (value == null) {
            out.append("null");
        } else if (value instanceof CharSequence || value instanceof Character) {
            string(value.toString());
        } else if (value instanceof Boolean) {
            out.append(value);
        } else if (value instanceof Number number) {
            number(number);
        } else if (value instanceof Enum<?> constant) {
            string(constant.name());
        } else if (value instanceof Optional<?> optional) {
            value(optional.orElse(null), depth);
        } else if (value instanceof Map<?, ?> map) {
            map(map, depth);
        } else if (value instanceof Iterable<?> elements) {
            elements(elements, depth);
        } else if (value instanceof Object[] elements) {
            elements(java.util.Arrays.asList(elements), depth);
        } else if (value instanceof int[] numbers) {
            elements(java.util.Arrays.stream(numbers).boxed().toList(), depth);
        } else if (value instanceof long[] numbers) {
            elements(java.util.Arrays.stream(numbers).boxed().toList(), depth);
        } else if (value instanceof double[] numbers) {
            elements(java.util.Arrays.stream(numbers).boxed().toList(), depth);
        } else if (value instanceof Record components) {
            components(components, depth);
        } else {
            throw new JsonException("no JSON form for " + value.getClass().getName()
                    + ": use a map, a record, a list, a string, a number, a boolean or an enum");
        }
    }

    private void number(final Number number) {
        if (number instanceof Double || number instanceof Float) {
            final double real = number.doubleValue();
            if (Double.isNaN(real) || Double.isInfinite(real)) {
                throw new JsonException("JSON has no form for the number " + number);
            }
        } else if (!(number instanceof Integer
                || number instanceof Long
                || number instanceof Short
                || number instanceof Byte
                || number instanceof BigInteger
                || number instanceof BigDecimal
                || number instanceof java.util.concurrent.atomic.AtomicInteger
                || number instanceof java.util.concurrent.atomic.AtomicLong)) {
            throw new JsonException(
                    "no JSON form for the number class " + number.getClass().getName());
        }
        out.append(number);
    }

    private void map(final Map<?, ?> map, final int depth) {
        char before = '{';
        for (final Map.Entry<?, ?> entry : map.entrySet()) {
            if (entry.getKey() == null) {
                throw new JsonException("a JSON member has no name (a map with the key null)");
            }
            out.append(before);
            final Object key = entry.getKey();
            string(key instanceof Enum<?> constant ? constant.name() : key.toString());
            out.append(':');
            value(entry.getValue(), depth + 1);
            before = ',';
        }
        out.append(before == '{' ? "{}" : "}");
    }

    private void elements(final Iterable<?> elements, final int depth) {
        char before = '[';
        for (final Object element : elements) {
            out.append(before);
            value(element, depth + 1);
            before = ',';
        }
        out.append(before == '[' ? "[]" : "]");
    }

    private void components(final Record components, final int depth) {
        char before = '{';
        for (final RecordComponent component : components.getClass().getRecordComponents()) {
            out.append(before);
            string(component.getName());
            out.append(':');
            value(componentValue(components, component), depth + 1);
            before = ',';
        }
        out.append(before == '{' ? "{}" : "}");
    }

    private static Object componentValue(final Record owner, final RecordComponent component) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(owner);
        } catch (final IllegalAccessException | RuntimeException e) {
            throw new JsonException("the record " + owner.getClass().getName()
                    + " cannot be read: open its package to io.assent.client (" + e.getMessage() + ")");
        } catch (final InvocationTargetException e) {
            throw new JsonException("the accessor " + component.getName() + " of "
                    + owner.getClass().getName() + " threw " + e.getCause());
        }
    }

    private void string(final String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            final char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                control(c);
            } else if (!Character.isSurrogate(c)) {
                out.append(c);
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                out.append(c).append(text.charAt(++i));
            } else {
                out.append("\\ufffd");
            }
        }
        out.append('"');
    }

    private void control(final char c) {
        switch (c) {
            case '\b' -> out.append("\\b");
            case '\f' -> out.append("\\f");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> out.append(String.format("\\u%04x", (int) c));
        }
    }
}
