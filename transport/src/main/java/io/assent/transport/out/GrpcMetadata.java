package io.assent.transport.out;

import io.assent.engine.BranchCall;
import io.assent.engine.BranchCall.Header;
import io.grpc.Metadata;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The metadata of a branch call (PROTOCOL 4): who is called for, then the branch headers. */
final class GrpcMetadata {
    private static final Metadata.Key<String> GID = key("dtm-gid");
    private static final Metadata.Key<String> TRANS_TYPE = key("dtm-trans_type");
    private static final Metadata.Key<String> BRANCH_ID = key("dtm-branch_id");
    private static final Metadata.Key<String> OP = key("dtm-op");
    private static final Metadata.Key<String> DTM = key("dtm-dtm");

    private GrpcMetadata() {}

    /** The branch headers that are sent. */
    static List<Header> sent(List<Header> headers) {
        List<Header> sent = HopByHop.without(headers);
        boolean host = sent.stream().anyMatch(GrpcMetadata::namesHost);
        return host ? sent.stream().filter(header -> !namesHost(header)).toList() : sent;
    }

    /** The authority says it in HTTP/2. */
    private static boolean namesHost(Header header) {
        return header.name().equalsIgnoreCase("host");
    }

    /** @param sent those of the branch headers that are sent */
    static Metadata of(BranchCall branch, List<Header> sent) throws Unsendable {
        Metadata metadata = new Metadata();
        metadata.put(GID, printable("dtm-gid", branch.gid()));
        metadata.put(TRANS_TYPE, branch.kind().wireName());
        metadata.put(BRANCH_ID, printable("dtm-branch_id", branch.branchId()));
        metadata.put(OP, printable("dtm-op", branch.operation()));
        metadata.put(DTM, "");
        // Of equal names among them the last is sent: the trace context stands in front of the client's own.
        Map<String, Header> headers = new LinkedHashMap<>();
        for (Header header : sent) {
            headers.put(header.name().toLowerCase(Locale.ROOT), header);
        }
        for (Map.Entry<String, Header> header : headers.entrySet()) {
            add(metadata, header.getKey(), header.getValue());
        }
        return metadata;
    }

    /** Why no call may be made with these headers, or null when it may. */
    static String refusal(List<Header> headers) {
        Metadata metadata = new Metadata();
        try {
            for (Header header : sent(headers)) {
                add(metadata, header.name().toLowerCase(Locale.ROOT), header);
            }
            return null;
        } catch (Unsendable refused) {
            return refused.getMessage();
        }
    }

    private static void add(Metadata metadata, String name, Header header) throws Unsendable {
        if (isLibrarys(name)) {
            return;
        }
        try {
            if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
                Metadata.Key<byte[]> key = Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER);
                metadata.put(key, header.value().getBytes(StandardCharsets.UTF_8));
            } else {
                metadata.put(key(name), printable(name, header.value()));
            }
        } catch (IllegalArgumentException notAKey) {
            throw new Unsendable(
                    "branch header '" + header.name() + "' is no metadata key: letters, digits, - _ . only");
        }
    }

    /** Names that the library sets itself. */
    private static boolean isLibrarys(String name) {
        return name.equals("user-agent")
                || name.equals("content-type")
                || name.startsWith("grpc-")
                || name.startsWith(":");
    }

    private static String printable(String name, String value) throws Unsendable {
        if (!isPrintable(value)) {
            throw new Unsendable("metadata " + name + " is not printable ASCII");
        }
        return value;
    }

    static boolean isPrintable(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) < ' ' || value.charAt(i) > '~') {
                return false;
            }
        }
        return true;
    }

    static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }
}
