package io.assent.transport.out;

import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Takes {@code Content-Encoding: gzip} or {@code deflate} off a body that comes in pieces. What it inflates goes to the body piece by piece,
 * so a small reply that inflates without end is cut at the body's bound. A gzip body may have several members; each is checked
 * against its checksum and length. Deflate is accepted with and without the zlib frame, because servers send both.
 *
 * <p>Holds native memory: close it.
 */
final class ContentDecoding implements AutoCloseable {
    private static final int FLAG_CRC = 2;
    private static final int FLAG_EXTRA = 4;
    private static final int FLAG_NAME = 8;
    private static final int FLAG_COMMENT = 16;
    private static final int FLAGS_RESERVED = 0xe0;
    private static final int FIXED_HEADER_BYTES = 10;
    private static final int TRAILER_BYTES = 8;

    private enum Part {
        START,
        FIXED_HEADER,
        EXTRA_LENGTH,
        EXTRA,
        NAME,
        COMMENT,
        HEADER_CRC,
        DATA,
        TRAILER,
        ENDED
    }

    private final boolean gzip;
    private final byte[] inflated;
    private final CRC32 checksum = new CRC32();
    private Inflater inflater;
    private Part part = Part.START;
    private int partBytes;
    private int flags;
    private int extraLength;
    private long trailer;

    /** @param scratch where inflated pieces are put on their way; shared by the connections of a loop */
    ContentDecoding(boolean gzip, byte[] scratch) {
        this.gzip = gzip;
        this.inflated = scratch;
    }

    void add(byte[] bytes, int offset, int length, ReplyBody body) throws BrokenReply {
        int at = offset;
        int end = offset + length;
        while (at < end) {
            if (part == Part.DATA) {
                at = inflate(bytes, at, end, body);
            } else if (part == Part.START && !gzip) {
                boolean framed = (bytes[at] & 0x0f) == 8 && (bytes[at] & 0xff) < 0x80;
                inflater = new Inflater(!framed);
                part = Part.DATA;
            } else {
                frame(bytes[at++] & 0xff);
            }
        }
    }

    /** The body is complete: the compressed data must be so as well. An empty body is an empty text. */
    void finish() throws BrokenReply {
        boolean whole = part == Part.START || part == Part.ENDED;
        if (!whole) {
            throw new BrokenReply("the compressed body of the reply ends too early");
        }
    }

    @Override
    public void close() {
        if (inflater != null) {
            inflater.end();
            inflater = null;
        }
    }

    private int inflate(byte[] bytes, int at, int end, ReplyBody body) throws BrokenReply {
        inflater.setInput(bytes, at, end - at);
        try {
            while (true) {
                int count = inflater.inflate(inflated);
                if (count > 0) {
                    if (gzip) {
                        checksum.update(inflated, 0, count);
                    }
                    body.add(inflated, 0, count);
                } else if (inflater.finished()) {
                    part = gzip ? Part.TRAILER : Part.ENDED;
                    partBytes = 0;
                    trailer = 0;
                    return end - inflater.getRemaining();
                } else if (inflater.needsDictionary()) {
                    throw new BrokenReply("the compressed body of the reply needs a dictionary");
                } else {
                    return end;
                }
            }
        } catch (DataFormatException broken) {
            throw new BrokenReply("the compressed body of the reply is damaged: " + broken.getMessage());
        }
    }

    /** One byte of the frame around the compressed data (RFC 1952). */
    private void frame(int b) throws BrokenReply {
        switch (part) {
            case START -> {
                expect(b == 0x1f);
                part = Part.FIXED_HEADER;
                partBytes = 1;
            }
            case FIXED_HEADER -> fixedHeader(b);
            case EXTRA_LENGTH -> {
                extraLength |= b << (8 * partBytes++);
                if (partBytes == 2) {
                    enter(extraLength > 0 ? Part.EXTRA : afterExtra());
                }
            }
            case EXTRA -> {
                if (++partBytes == extraLength) {
                    enter(afterExtra());
                }
            }
            case NAME -> {
                if (b == 0) {
                    enter(afterName());
                }
            }
            case COMMENT -> {
                if (b == 0) {
                    enter(afterComment());
                }
            }
            case HEADER_CRC -> {
                if (++partBytes == 2) {
                    enter(Part.DATA);
                }
            }
            case TRAILER -> trailer(b);
            case ENDED -> {
                // A further member of a gzip body; anything behind a deflate body is damage.
                expect(gzip && b == 0x1f);
                part = Part.FIXED_HEADER;
                partBytes = 1;
            }
            case DATA -> throw new IllegalStateException("data is inflated, not read as frame");
        }
    }

    private void fixedHeader(int b) throws BrokenReply {
        if (partBytes == 1) {
            expect(b == 0x8b);
        } else if (partBytes == 2) {
            expect(b == 8);
        } else if (partBytes == 3) {
            expect((b & FLAGS_RESERVED) == 0);
            flags = b;
        }
        if (++partBytes == FIXED_HEADER_BYTES) {
            extraLength = 0;
            enter((flags & FLAG_EXTRA) != 0 ? Part.EXTRA_LENGTH : afterExtra());
        }
    }

    private void trailer(int b) throws BrokenReply {
        trailer |= (long) b << (8 * partBytes);
        if (++partBytes == TRAILER_BYTES) {
            long sum = trailer & 0xffff_ffffL;
            long size = trailer >>> 32;
            if (sum != checksum.getValue() || size != (inflater.getBytesWritten() & 0xffff_ffffL)) {
                throw new BrokenReply("the compressed body of the reply does not match its checksum");
            }
            part = Part.ENDED;
        }
    }

    private Part afterExtra() {
        return (flags & FLAG_NAME) != 0 ? Part.NAME : afterName();
    }

    private Part afterName() {
        return (flags & FLAG_COMMENT) != 0 ? Part.COMMENT : afterComment();
    }

    private Part afterComment() {
        return (flags & FLAG_CRC) != 0 ? Part.HEADER_CRC : Part.DATA;
    }

    private void enter(Part next) {
        part = next;
        partBytes = 0;
        if (next == Part.DATA) {
            checksum.reset();
            if (inflater == null) {
                inflater = new Inflater(true);
            } else {
                inflater.reset();
            }
        }
    }

    private static void expect(boolean right) throws BrokenReply {
        if (!right) {
            throw new BrokenReply("the body of the reply is not compressed as its Content-Encoding says");
        }
    }
}
