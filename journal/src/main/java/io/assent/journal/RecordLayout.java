package io.assent.journal;

import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The bytes of one record, little-endian, padded with zeros to a multiple of four:
 *
 * <pre>
 *    0  magic          u32   "ASJ1"
 *    4  format version u16
 *    6  type           u16   1 data, 2 cycle header, 3 seal, 4 adopted
 *    8  body length    i32
 *   12  CRC32C         i32   of every other byte, padding excluded
 *   16  position       i64   of a data record; of the last one before any other
 *   24  time           i64   engine time, epoch milliseconds
 *   32  durable up to  i64   highest position known durable when the batch began; 0 except in the first record of a batch
 *   40  body
 * </pre>
 */
final class RecordLayout {
    static final int MAGIC = 0x314A5341;
    /** Grows with the layout, and with what a body may say: a program must know every event that it replays. */
    static final int FORMAT_VERSION = 3;
    /** From this version on a file counts only from its {@link #ADOPTED} record, before from its header. */
    static final int ADOPTION_VERSION = 3;

    static final int HEADER_BYTES = 40;
    static final int BODY_BYTES_MAX = 8 << 20;

    static final int DATA = 1;
    static final int CYCLE_HEADER = 2;
    static final int SEAL = 3;
    /** Everything up to its position was forced before it was written; from here on the file counts. */
    static final int ADOPTED = 4;

    private static final int VERSION_OFFSET = 4;
    private static final int TYPE_OFFSET = 6;
    private static final int LENGTH_OFFSET = 8;
    private static final int CRC_OFFSET = 12;
    private static final int POSITION_OFFSET = 16;
    private static final int TIME_OFFSET = 24;
    private static final int DURABLE_OFFSET = 32;

    private RecordLayout() {}

    static int paddedBytes(int bodyLength) {
        return (HEADER_BYTES + bodyLength + 3) & ~3;
    }

    /** Encodes into {@code target} from 0; its array must hold {@link #paddedBytes}. */
    static void encode(
            UnsafeBuffer target,
            int type,
            long position,
            long timeMs,
            long durableUpTo,
            DirectBuffer body,
            int offset,
            int length,
            CRC32C crc) {
        target.putInt(0, MAGIC, ByteOrder.LITTLE_ENDIAN);
        target.putShort(VERSION_OFFSET, (short) FORMAT_VERSION, ByteOrder.LITTLE_ENDIAN);
        target.putShort(TYPE_OFFSET, (short) type, ByteOrder.LITTLE_ENDIAN);
        target.putInt(LENGTH_OFFSET, length, ByteOrder.LITTLE_ENDIAN);
        target.putLong(POSITION_OFFSET, position, ByteOrder.LITTLE_ENDIAN);
        target.putLong(TIME_OFFSET, timeMs, ByteOrder.LITTLE_ENDIAN);
        target.putLong(DURABLE_OFFSET, durableUpTo, ByteOrder.LITTLE_ENDIAN);
        target.putBytes(HEADER_BYTES, body, offset, length);
        int end = HEADER_BYTES + length;
        target.setMemory(end, paddedBytes(length) - end, (byte) 0);
        byte[] array = target.byteArray();
        crc.reset();
        crc.update(array, 0, CRC_OFFSET);
        crc.update(array, POSITION_OFFSET, end - POSITION_OFFSET);
        target.putInt(CRC_OFFSET, (int) crc.getValue(), ByteOrder.LITTLE_ENDIAN);
    }

    static boolean hasMagic(DirectBuffer buffer, int offset) {
        return buffer.getInt(offset, ByteOrder.LITTLE_ENDIAN) == MAGIC;
    }

    /** Whether the checksum of the record at {@code offset} is right. The buffer wraps {@code bytes} from 0, and the whole record stands in it. */
    static boolean isWhole(DirectBuffer buffer, byte[] bytes, int offset, CRC32C crc) {
        crc.reset();
        crc.update(bytes, offset, CRC_OFFSET);
        crc.update(bytes, offset + POSITION_OFFSET, HEADER_BYTES - POSITION_OFFSET + bodyLength(buffer, offset));
        return (int) crc.getValue() == buffer.getInt(offset + CRC_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    static int version(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset + VERSION_OFFSET, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }

    static int type(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset + TYPE_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    static int bodyLength(DirectBuffer buffer, int offset) {
        return buffer.getInt(offset + LENGTH_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    static long position(DirectBuffer buffer, int offset) {
        return buffer.getLong(offset + POSITION_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    static long timeMs(DirectBuffer buffer, int offset) {
        return buffer.getLong(offset + TIME_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    static long durableUpTo(DirectBuffer buffer, int offset) {
        return buffer.getLong(offset + DURABLE_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }
}
