package io.assent.transport.grpc;

import io.grpc.KnownLength;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;

/**
 * A message as it arrived. What can not be decompressed shows only when it is read, and there the library takes an exception for a fault of ours, with
 * a stack trace in the log and UNKNOWN for the client; so it becomes a value.
 *
 * @param bytes none when it is refused
 * @param refusal why it can not be taken, null when it can
 */
record RequestMessage(byte[] bytes, Status refusal) {
    private static final byte[] NOTHING = new byte[0];

    static RequestMessage read(InputStream stream) {
        try {
            byte[] bytes =
                    stream instanceof KnownLength ? stream.readNBytes(stream.available()) : stream.readAllBytes();
            return new RequestMessage(bytes, null);
        } catch (StatusRuntimeException e) {
            // Decompressed it would be too large.
            return refused(e.getStatus());
        } catch (IOException e) {
            return refused(Status.INTERNAL.withDescription("the message can not be decompressed: " + e.getMessage()));
        }
    }

    static RequestMessage refused(Status refusal) {
        return new RequestMessage(NOTHING, refusal);
    }
}
