package io.assent.loadtest.net;

import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Messages of gRPC as the bytes they are, prepared once or looked at by nobody. */
public final class RawMessages implements MethodDescriptor.Marshaller<byte[]> {

    /** The only one there needs to be. */
    public static final RawMessages MARSHALLER = new RawMessages();

    /** A message without a field. */
    public static final byte[] EMPTY = {};

    private RawMessages() {}

    @Override
    public InputStream stream(final byte[] message) {
        return new ByteArrayInputStream(message);
    }

    @Override
    public byte[] parse(final InputStream stream) {
        try {
            if (stream instanceof KnownLength && stream.available() == 0) {
                return EMPTY;
            }
            return stream.readAllBytes();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
