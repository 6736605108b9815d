package io.assent.client.grpc;

import io.assent.client.BranchContext;
import io.grpc.Metadata;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/** The metadata of a branch call (PROTOCOL 4): which branch is called, then the branch headers. */
final class DtmMetadata {

    static final Metadata.Key<String> GID = key("dtm-gid");
    static final Metadata.Key<String> TRANS_TYPE = key("dtm-trans_type");
    static final Metadata.Key<String> BRANCH_ID = key("dtm-branch_id");
    static final Metadata.Key<String> OP = key("dtm-op");
    private static final Metadata.Key<String> DTM = key("dtm-dtm");

    private DtmMetadata() {}

    /** What goes with a call of the given branch; the headers are checked already. */
    static Metadata of(final BranchContext branch, final String dtm, final Map<String, String> headers) {
        final Metadata metadata = new Metadata();
        metadata.put(GID, branch.gid());
        metadata.put(TRANS_TYPE, branch.transType());
        metadata.put(BRANCH_ID, branch.branchId());
        metadata.put(OP, branch.op());
        metadata.put(DTM, dtm);
        headers.forEach((name, value) -> add(metadata, name.toLowerCase(Locale.ROOT), value));
        return metadata;
    }

    private static void add(final Metadata metadata, final String name, final String value) {
        if (isLibrarys(name)) {
            return;
        }
        if (isBinary(name)) {
            metadata.put(
                    Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER), value.getBytes(StandardCharsets.UTF_8));
        } else {
            metadata.put(key(name), value);
        }
    }

    static boolean isName(final String name) {
        return !name.isEmpty()
                && name.chars()
                        .allMatch(c -> c >= 'a' && c <= 'z'
                                || c >= 'A' && c <= 'Z'
                                || c >= '0' && c <= '9'
                                || c == '-'
                                || c == '_'
                                || c == '.');
    }

    static boolean isBinary(final String name) {
        return name.toLowerCase(Locale.ROOT).endsWith(Metadata.BINARY_HEADER_SUFFIX);
    }

    static boolean isPrintable(final String value) {
        return value.chars().allMatch(c -> c >= ' ' && c <= '~');
    }

    /** Names that the library sets itself. */
    private static boolean isLibrarys(final String name) {
        return name.equals("user-agent")
                || name.equals("content-type")
                || name.equals("te")
                || name.startsWith("grpc-");
    }

    private static Metadata.Key<String> key(final String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }
}
