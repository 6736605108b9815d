package io.assent.loadtest.fuzz.grpc;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The header fields of a call in their order, each char being a byte. Their block is made of literals that enter no table, so its bytes do not depend
 * on what the connection has carried before. Immutable.
 *
 * @param fields the fields.
 */
record Head(List<Field> fields) {

    /** The least number that does not fit into the first byte of a length. */
    private static final int LENGTH_PREFIX = 127;

    private static final int VARINT_BITS = 7;

    /** One field. */
    record Field(String name, String value) {}

    Head {
        fields = List.copyOf(fields);
    }

    /** What every gRPC client sends. */
    static Head of(final String path) {
        return new Head(List.of(
                new Field(":method", "POST"),
                new Field(":scheme", "http"),
                new Field(":path", path),
                new Field(":authority", "127.0.0.1"),
                new Field("content-type", "application/grpc"),
                new Field("te", "trailers"),
                new Field("user-agent", "fuzz")));
    }

    Head with(final String name, final String value) {
        final List<Field> more = new ArrayList<>(fields);
        more.add(new Field(name, value));
        return new Head(more);
    }

    Head withFirst(final String name, final String value) {
        final List<Field> more = new ArrayList<>(fields);
        more.add(0, new Field(name, value));
        return new Head(more);
    }

    Head without(final String name) {
        return new Head(
                fields.stream().filter(field -> !field.name().equals(name)).toList());
    }

    /** With another value in the same place. */
    Head changed(final String name, final String value) {
        return new Head(fields.stream()
                .map(field -> field.name().equals(name) ? new Field(name, value) : field)
                .toList());
    }

    /** As a header block of HPACK. */
    byte[] block() {
        final ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (final Field field : fields) {
            block.write(0);
            text(block, field.name());
            text(block, field.value());
        }
        return block.toByteArray();
    }

    private static void text(final ByteArrayOutputStream block, final String text) {
        final byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length < LENGTH_PREFIX) {
            block.write(bytes.length);
        } else {
            block.write(LENGTH_PREFIX);
            int rest = bytes.length - LENGTH_PREFIX;
            while (rest >= 1 << VARINT_BITS) {
                block.write(rest & 0x7f | 0x80);
                rest >>>= VARINT_BITS;
            }
            block.write(rest);
        }
        block.writeBytes(bytes);
    }
}
