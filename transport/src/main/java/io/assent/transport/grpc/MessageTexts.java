package io.assent.transport.grpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import io.assent.transport.front.StrictUtf8;
import java.io.IOException;

/** Finds the text that makes a message unreadable: the library says no more than that there is one. */
final class MessageTexts {
    private MessageTexts() {}

    /** Which text of the message is not UTF-8, and where; null when none is. */
    static String fault(Descriptor type, byte[] message) {
        try {
            return fault(type, message, 0, message.length, "");
        } catch (IOException notEvenFields) {
            return null;
        }
    }

    private static String fault(Descriptor type, byte[] message, int from, int length, String path) throws IOException {
        CodedInputStream input = CodedInputStream.newInstance(message, from, length);
        for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
            FieldDescriptor field = type.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
            boolean bytes = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
            if (field == null || !bytes) {
                input.skipField(tag);
                continue;
            }
            int size = input.readRawVarint32();
            int start = from + input.getTotalBytesRead();
            input.skipRawBytes(size);
            String fault = fault(field, message, start, size, path + field.getName());
            if (fault != null) {
                return fault;
            }
        }
        return null;
    }

    private static String fault(FieldDescriptor field, byte[] message, int start, int size, String path)
            throws IOException {
        if (field.getType() == FieldDescriptor.Type.MESSAGE) {
            return fault(field.getMessageType(), message, start, size, path + ".");
        }
        int bad = field.getType() == FieldDescriptor.Type.STRING ? StrictUtf8.badByte(message, start, size) : -1;
        return bad < 0
                ? null
                : StrictUtf8.refusal("message", path, message[start + bad], bad)
                        .rejection()
                        .text();
    }
}
