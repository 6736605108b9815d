package io.assent.loadtest.fuzz.grpc;

import io.assent.loadtest.fuzz.Bytes;
import io.assent.loadtest.fuzz.Chance;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Makes wrong messages of right ones: first field by field, then byte by byte. One input's. */
final class WireMutator {

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int START_GROUP = 3;
    private static final int END_GROUP = 4;
    private static final int FIXED32 = 5;
    private static final int TYPE_BITS = 3;
    /** Of the options of a transaction. */
    private static final int NESTED = 3;

    private final Chance chance;

    WireMutator(final Chance chance) {
        this.chance = chance;
    }

    /** A field as it stands on the wire: its tag, and everything behind it. */
    private record Field(int number, int type, byte[] value) {

        byte[] bytes() {
            final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            varint(bytes, (long) number << TYPE_BITS | type);
            bytes.writeBytes(value);
            return bytes.toByteArray();
        }
    }

    byte[] mutated(final byte[] message) {
        final List<Field> fields = fields(message);
        for (int i = chance.below(4); i > 0; i--) {
            bend(fields);
        }
        byte[] bytes = joined(fields);
        for (int i = chance.below(3); i > 0; i--) {
            bytes = brokenBytes(bytes);
        }
        return bytes;
    }

    // ---- fields

    private void bend(final List<Field> fields) {
        if (fields.isEmpty() || chance.oneIn(4)) {
            fields.add(chance.below(fields.size() + 1), strange());
            return;
        }
        final int at = chance.below(fields.size());
        final Field field = fields.get(at);
        switch (chance.below(9)) {
            case 0 -> fields.remove(at);
            case 1 -> fields.add(chance.below(fields.size() + 1), field);
            case 2 -> fields.set(at, new Field(field.number(), chance.below(8), field.value()));
            case 3 -> fields.set(at, new Field(chance.between(0, 20), field.type(), field.value()));
            case 4 -> fields.set(at, new Field(field.number(), VARINT, value(chance.any() >>> chance.below(64))));
            case 5 -> fields.set(at, new Field(field.number(), BYTES, lengthThatLies(field)));
            case 6 -> fields.set(at, new Field(field.number(), BYTES, text()));
            case 7 -> {
                if (field.number() == NESTED && field.type() == BYTES) {
                    fields.set(at, new Field(NESTED, BYTES, prefixed(mutated(content(field)))));
                } else {
                    fields.set(at, fields.get(chance.below(fields.size())));
                }
            }
            default -> fields.add(fields.remove(at));
        }
    }

    private Field strange() {
        final int number = chance.pick(List.of(0, 1, 4, 10, 100, 18_999, 19_000, (1 << 29) - 1, 1 << 29));
        return switch (chance.below(7)) {
            case 0 -> new Field(number, VARINT, overlong());
            case 1 -> new Field(number, FIXED64, chance.bytes(chance.between(0, 8)));
            case 2 -> new Field(number, FIXED32, chance.bytes(chance.between(0, 4)));
            case 3 -> new Field(number, START_GROUP, groups(number, chance.oneIn(3) ? chance.between(90, 20_000) : 1));
            case 4 -> new Field(number, END_GROUP, new byte[0]);
            case 5 -> new Field(number, chance.between(6, 7), chance.bytes(3));
            default -> new Field(number, BYTES, text());
        };
    }

    /** Groups in groups, closed or not. */
    private byte[] groups(final int number, final int depth) {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 1; i < depth; i++) {
            varint(bytes, (long) number << TYPE_BITS | START_GROUP);
        }
        if (!chance.oneIn(3)) {
            for (int i = 0; i < depth; i++) {
                varint(bytes, (long) number << TYPE_BITS | END_GROUP);
            }
        }
        return bytes.toByteArray();
    }

    private byte[] overlong() {
        final byte[] bytes = new byte[chance.between(9, 12)];
        Arrays.fill(bytes, (byte) 0xff);
        bytes[bytes.length - 1] = (byte) chance.below(128);
        return bytes;
    }

    private byte[] lengthThatLies(final Field field) {
        final byte[] content = field.type() == BYTES ? content(field) : field.value();
        final long length = switch (chance.below(6)) {
            case 0 -> content.length + 1L;
            case 1 -> Math.max(0, content.length - 1L);
            case 2 -> Integer.MAX_VALUE;
            case 3 -> -1;
            case 4 -> 1L << 32;
            default -> chance.below(1 << 20);
        };
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        varint(bytes, length);
        bytes.writeBytes(content);
        return bytes.toByteArray();
    }

    private byte[] text() {
        return prefixed(
                switch (chance.below(5)) {
                    case 0 -> new byte[0];
                    case 1 -> new byte[] {(byte) 0xff};
                    case 2 -> new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80};
                    case 3 -> new byte[chance.between(1, 3_000)];
                    default -> chance.bytes(chance.between(1, 40));
                });
    }

    // ---- bytes

    private byte[] brokenBytes(final byte[] bytes) {
        if (bytes.length == 0) {
            return chance.bytes(chance.between(1, 30));
        }
        final int at = chance.below(bytes.length);
        return switch (chance.below(7)) {
            case 0 -> Arrays.copyOf(bytes, at);
            case 1 -> Arrays.copyOfRange(bytes, at, bytes.length);
            case 2 -> Bytes.flipped(bytes, at, chance.below(8));
            case 3 -> Bytes.joined(bytes, at, chance.bytes(chance.between(1, 8)), at);
            case 4 -> Bytes.joined(bytes, at, new byte[0], Math.min(bytes.length, at + chance.between(1, 20)));
            case 5 -> Bytes.joined(bytes, bytes.length, bytes, bytes.length);
            default -> chance.bytes(chance.between(0, 200));
        };
    }

    // ---- the wire format

    private static byte[] joined(final List<Field> fields) {
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        fields.forEach(field -> all.writeBytes(field.bytes()));
        return all.toByteArray();
    }

    /** The fields of a right message; what is none ends the list. */
    private static List<Field> fields(final byte[] message) {
        final List<Field> fields = new ArrayList<>();
        final int[] at = {0};
        while (at[0] < message.length) {
            final long tag = varint(message, at);
            final int type = (int) tag & 7;
            final int from = at[0];
            switch (type) {
                case VARINT -> varint(message, at);
                case FIXED64 -> at[0] += Long.BYTES;
                case FIXED32 -> at[0] += Integer.BYTES;
                case BYTES -> {
                    final long length = varint(message, at);
                    at[0] += (int) Math.max(0, Math.min(length, message.length - at[0]));
                }
                default -> at[0] = message.length;
            }
            at[0] = Math.min(at[0], message.length);
            fields.add(new Field((int) (tag >>> TYPE_BITS), type, Arrays.copyOfRange(message, from, at[0])));
        }
        return fields;
    }

    private static byte[] content(final Field field) {
        final int[] at = {0};
        varint(field.value(), at);
        return Arrays.copyOfRange(field.value(), at[0], field.value().length);
    }

    private static byte[] value(final long number) {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        varint(bytes, number);
        return bytes.toByteArray();
    }

    private static byte[] prefixed(final byte[] content) {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        varint(bytes, content.length);
        bytes.writeBytes(content);
        return bytes.toByteArray();
    }

    private static long varint(final byte[] message, final int[] at) {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE && at[0] < message.length; shift += 7) {
            final byte next = message[at[0]++];
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        return value;
    }

    private static void varint(final ByteArrayOutputStream bytes, final long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        bytes.write((int) rest);
    }
}
