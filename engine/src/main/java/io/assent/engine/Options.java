package io.assent.engine;

import io.assent.engine.BranchCall.Header;
import io.assent.engine.codec.sbe.MessageHeaderDecoder;
import io.assent.engine.codec.sbe.OptionsBlobDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The options of a transaction (PROTOCOL 2.1), one immutable byte array read in place. Texts and lists are decoded on first use and kept.
 *
 * <p>Safe for any thread: the bytes never change, and the decoded values are immutable and idempotent to compute.
 */
public final class Options {
    private static final int NO_OFFSET = -1;

    private final byte[] bytes;
    private final UnsafeBuffer buffer;

    private List<Header> headers;
    private List<Header> attributes;
    private String protocol;
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
        List<Header> known = headers;
        if (known == null) {
            decodeLists();
            known = headers;
        }
        return known;
    }

    /** Trace context and its like, by name. */
    public List<Header> attributes() {
        List<Header> known = attributes;
        if (known == null) {
            decodeLists();
            known = attributes;
        }
        return known;
    }

    /** Protocol text as given; "" means http. */
    public String protocol() {
        String known = protocol;
        if (known == null) {
            known = text(0);
            protocol = known;
        }
        return known;
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
        return new OptionsBlobDecoder()
                .wrap(
                        buffer,
                        MessageHeaderDecoder.ENCODED_LENGTH,
                        OptionsBlobDecoder.BLOCK_LENGTH,
                        OptionsBlobDecoder.SCHEMA_VERSION);
    }

    private void decodeLists() {
        OptionsBlobDecoder decoder = decoder();
        for (OptionsBlobDecoder.OrdersDecoder order : decoder.orders()) {
            order.step();
        }
        OptionsBlobDecoder.HeadersDecoder given = decoder.headers();
        List<Header> named = given.count() == 0 ? List.of() : new ArrayList<>(given.count());
        while (given.hasNext()) {
            given.next();
            String name = Utf8.read(buffer, decoder.limit());
            decoder.limit(Utf8.end(buffer, decoder.limit()));
            String value = Utf8.read(buffer, decoder.limit());
            decoder.limit(Utf8.end(buffer, decoder.limit()));
            named.add(new Header(name, value));
        }
        OptionsBlobDecoder.AttributesDecoder carried = decoder.attributes();
        List<Header> extra = carried.count() == 0 ? List.of() : new ArrayList<>(carried.count());
        while (carried.hasNext()) {
            carried.next();
            String name = Utf8.read(buffer, decoder.limit());
            decoder.limit(Utf8.end(buffer, decoder.limit()));
            String value = Utf8.read(buffer, decoder.limit());
            decoder.limit(Utf8.end(buffer, decoder.limit()));
            extra.add(new Header(name, value));
        }
        textsOffset = decoder.limit();
        attributes = List.copyOf(extra);
        headers = List.copyOf(named);
    }

    /** The texts stand behind the lists: protocol, query_prepared, custom_data. */
    private String text(int index) {
        if (headers == null) {
            decodeLists();
        }
        int offset = textsOffset;
        for (int i = 0; i < index; i++) {
            offset = Utf8.end(buffer, offset);
        }
        return Utf8.read(buffer, offset);
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
