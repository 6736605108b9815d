package io.assent.engine;

import io.assent.engine.BranchCall.Header;
import io.assent.engine.codec.sbe.MessageHeaderDecoder;
import io.assent.engine.codec.sbe.OptionsBlobDecoder;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The options of a transaction (PROTOCOL 2.1), one immutable byte array read in place. What is
 * decoded is not kept: options live as long as their transaction, and most are read once.
 *
 * <p>Safe for any thread: the bytes never change.
 */
public final class Options {
    private static final int NO_OFFSET = -1;
    /** This object and its view of the bytes. */
    private static final int OBJECTS_BYTES = 24 + 32;

    private final byte[] bytes;
    private final UnsafeBuffer buffer;

    /** Where the texts stand; found at first use. */
    private int textsOffset = NO_OFFSET;

    /** Takes ownership of an encoded {@code OptionsBlob}. */
    public Options(byte[] bytes) {
        this.bytes = bytes;
        this.buffer = new UnsafeBuffer(bytes);
    }

    public boolean waitResult() {
        return decoder().waitResult() != 0;
    }

    /** Top level option; decides for messages. */
    public boolean concurrent() {
        return decoder().concurrent() != 0;
    }

    /** From {@code custom_data}; decides for sagas. */
    public boolean sagaConcurrent() {
        return decoder().sagaConcurrent() != 0;
    }

    /** Seconds; 0 means not given. */
    public int timeoutToFailS() {
        return decoder().timeoutToFailS();
    }

    /** Seconds; 0 means not given. */
    public int requestTimeoutS() {
        return decoder().requestTimeoutS();
    }

    /** Seconds; 0 means not given. */
    public int retryIntervalS() {
        return decoder().retryIntervalS();
    }

    public int retryLimit() {
        return decoder().retryLimit();
    }

    public int retryCount() {
        return decoder().retryCount();
    }

    /** Seconds a message is held back from its submission on; 0 means not at all. */
    public int delayS() {
        return decoder().delayS();
    }

    /** Pairs (step, predecessor), flat: element 2i may start only when element 2i+1 has succeeded. Steps count from 0. */
    public int[] orders() {
        OptionsBlobDecoder.OrdersDecoder orders = decoder().orders();
        int[] pairs = new int[orders.count() * 2];
        for (int i = 0; i < pairs.length; i += 2) {
            orders.next();
            pairs[i] = orders.step();
            pairs[i + 1] = orders.predecessor();
        }
        return pairs;
    }

    /** Branch headers in their given order. */
    public List<Header> headers() {
        OptionsBlobDecoder decoder = decoder();
        skipOrders(decoder);
        OptionsBlobDecoder.HeadersDecoder headers = decoder.headers();
        return read(decoder.limit(), headers.count(), headers.actingBlockLength());
    }

    /** Trace context and its like, by name. */
    public List<Header> attributes() {
        OptionsBlobDecoder decoder = decoder();
        skipOrders(decoder);
        skipHeaders(decoder);
        OptionsBlobDecoder.AttributesDecoder attributes = decoder.attributes();
        return read(decoder.limit(), attributes.count(), attributes.actingBlockLength());
    }

    /** Protocol text as given; "" means http. */
    public String protocol() {
        return text(0);
    }

    public String queryPrepared() {
        return text(1);
    }

    /** The JSON text as given. */
    public String customData() {
        return text(2);
    }

    /** The encoded form. Not to be changed. */
    public byte[] bytes() {
        return bytes;
    }

    private OptionsBlobDecoder decoder() {
        return new OptionsBlobDecoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderDecoder());
    }

    private static void skipOrders(OptionsBlobDecoder decoder) {
        OptionsBlobDecoder.OrdersDecoder orders = decoder.orders();
        decoder.limit(decoder.limit() + orders.count() * orders.actingBlockLength());
    }

    private void skipHeaders(OptionsBlobDecoder decoder) {
        OptionsBlobDecoder.HeadersDecoder headers = decoder.headers();
        decoder.limit(skip(decoder.limit(), headers.count(), headers.actingBlockLength()));
    }

    /** Pairs of a name and a value. A later version may have put fields before each. */
    private List<Header> read(int start, int count, int blockLength) {
        if (count == 0) {
            return List.of();
        }
        Header[] read = new Header[count];
        int offset = start;
        for (int i = 0; i < count; i++) {
            int name = offset + blockLength;
            int value = Utf8.end(buffer, name);
            read[i] = new Header(Utf8.read(buffer, name), Utf8.read(buffer, value));
            offset = Utf8.end(buffer, value);
        }
        return List.of(read);
    }

    /** Where such pairs end. */
    private int skip(int start, int count, int blockLength) {
        int offset = start;
        for (int i = 0; i < count; i++) {
            offset = Utf8.end(buffer, Utf8.end(buffer, offset + blockLength));
        }
        return offset;
    }

    /** The texts stand behind the lists: protocol, query_prepared, custom_data. */
    private String text(int index) {
        int offset = textsOffset;
        if (offset == NO_OFFSET) {
            OptionsBlobDecoder decoder = decoder();
            skipOrders(decoder);
            skipHeaders(decoder);
            OptionsBlobDecoder.AttributesDecoder attributes = decoder.attributes();
            offset = skip(decoder.limit(), attributes.count(), attributes.actingBlockLength());
            textsOffset = offset;
        }
        for (int i = 0; i < index; i++) {
            offset = Utf8.end(buffer, offset);
        }
        return Utf8.read(buffer, offset);
    }

    /** What it takes on the heap, bytes. */
    long retainedBytes() {
        return OBJECTS_BYTES + Footprint.array(bytes.length, 1);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Options options && Arrays.equals(bytes, options.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }
}
