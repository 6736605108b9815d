package io.assent.transport.out;

import io.assent.engine.BranchCall;
import io.assent.engine.BranchCall.Header;
import io.assent.engine.TransactionKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Writes the bytes of a branch call (PROTOCOL 5.2). The head is put together in one reused array: first what the URL brings, ready made,
 * then the four parameters, then the headers, which are ready made as well unless the transaction brings its own.
 *
 * <p>One per event loop.
 */
final class RequestWriter {
    /** A larger body is not copied behind its head but sent as it lies in the submission. */
    private static final int BODY_COPIED_MAX = 16 << 10;

    private static final byte[] POST = ascii("POST ");
    private static final byte[] GET = ascii("GET ");
    private static final byte[] BRANCH_ID = ascii("branch_id=");
    private static final byte[] GID = ascii("&gid=");
    private static final byte[] OP = ascii("&op=");
    private static final byte[] TRANS_TYPE = ascii("&trans_type=");
    private static final byte[] VERSION = ascii(" HTTP/1.1\r\n");
    private static final byte[] CONTENT_LENGTH = ascii("Content-Length: ");
    private static final byte[] LINE_END = ascii("\r\n");
    private static final byte[] HEX = ascii("0123456789ABCDEF");

    private static final String CONTENT_TYPE = "Content-Type";
    private static final String JSON = "application/json";
    /** Not carried to another host by a redirect. */
    private static final Set<String> CREDENTIALS = Set.of("authorization", "cookie", "cookie2", "www-authenticate");

    private byte[] head = new byte[1024];
    private int length;

    /** Why no request may be written with these headers, or null when it may. */
    static String refusal(List<Header> headers) {
        for (int i = 0; i < headers.size(); i++) {
            Header header = headers.get(i);
            if (!token(header.name())) {
                return "branch header number " + (i + 1) + " has a name that no HTTP header can have";
            }
            for (int k = 0; k < header.value().length(); k++) {
                char c = header.value().charAt(k);
                if (c < ' ' && c != '\t' || c == 0x7f) {
                    return "branch header " + header.name() + " has a control character in its value";
                }
            }
        }
        return null;
    }

    /** Whether the first request of this call has a body, even an empty one. */
    static boolean posts(BranchCall branch) {
        // A workflow's client registers its call-back for POST alone (PROTOCOL 13.34).
        return branch.payloadLength() > 0
                || branch.kind().equals(TransactionKind.XA)
                || branch.kind().equals(TransactionKind.WORKFLOW);
    }

    /** The whole request. */
    ByteBuf write(ByteBufAllocator allocator, HttpCall call) {
        BranchCall branch = call.branch;
        Target target = call.target;
        ProxyRules.Proxy proxy = call.httpDestination().proxy;
        boolean post = call.posts;
        length = 0;
        put(post ? POST : GET);
        if (proxy != null && !target.secure) {
            putUtf8(target.origin);
        }
        put(target.resource);
        if (target.parametersAppended) {
            put(BRANCH_ID);
            putEscaped(branch.branchId());
            put(GID);
            putEscaped(branch.gid());
            put(OP);
            putEscaped(branch.operation());
            put(TRANS_TYPE);
            putEscaped(branch.kind().wireName());
        }
        if (call.headers.isEmpty() && !call.contentTypeDropped) {
            if (target.commonHead == null) {
                int start = length;
                putHeaders(call, target);
                target.commonHead = Arrays.copyOfRange(head, start, length);
            } else {
                put(target.commonHead);
            }
        } else {
            putHeaders(call, target);
        }
        if (proxy != null && !target.secure && proxy.authorization() != null) {
            putHeader("Proxy-Authorization", proxy.authorization());
        }
        int bodyLength = post ? branch.payloadLength() : 0;
        if (post) {
            put(CONTENT_LENGTH);
            putNumber(bodyLength);
            put(LINE_END);
        }
        put(LINE_END);
        boolean copied = bodyLength <= BODY_COPIED_MAX;
        ByteBuf request = allocator.ioBuffer(length + (copied ? bodyLength : 0));
        request.writeBytes(head, 0, length);
        if (copied) {
            request.writeBytes(branch.payload(), branch.payloadOffset(), bodyLength);
            return request;
        }
        ByteBuf body = Unpooled.wrappedBuffer(branch.payload(), branch.payloadOffset(), bodyLength);
        return allocator.compositeBuffer(2).addComponent(true, request).addComponent(true, body);
    }

    private void putHeaders(HttpCall call, Target target) {
        List<Header> headers = call.headers;
        put(VERSION);
        String host = call.hostKept ? last(headers, "host") : null;
        putHeader("Host", host == null || host.isBlank() ? target.hostHeader : host);
        String ownType = last(headers, CONTENT_TYPE);
        String type = ownType == null ? JSON : ownType;
        if (last(headers, "User-Agent") == null) {
            putHeader("User-Agent", "assent");
        }
        if (isJsonOrXml(type) && last(headers, "Accept") == null) {
            putHeader("Accept", type);
        }
        if (ownType == null && !call.contentTypeDropped) {
            putHeader(CONTENT_TYPE, type);
        }
        putHeader("Accept-Encoding", "gzip");
        if (target.authorization != null && (call.credentialsDropped || last(headers, "authorization") == null)) {
            putHeader("Authorization", target.authorization);
        }
        for (int i = 0; i < headers.size(); i++) {
            Header header = headers.get(i);
            String lower = header.name().toLowerCase(Locale.ROOT);
            boolean sent = !lower.equals("host")
                    && !(call.contentTypeDropped && lower.equals("content-type"))
                    && !(call.credentialsDropped && CREDENTIALS.contains(lower))
                    && lastIndex(headers, header.name()) == i;
            if (sent) {
                putHeader(header.name(), header.value());
            }
        }
    }

    /** {@code application/json}, {@code text/xml}, {@code application/problem+json; charset=utf-8} and the like. */
    private static boolean isJsonOrXml(String contentType) {
        int end = contentType.indexOf(';');
        String type =
                (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        String kind = type.startsWith("text/") || type.startsWith("application/")
                ? type.substring(type.indexOf('/') + 1)
                : "";
        return kind.equals("json")
                || kind.equals("xml")
                || kind.startsWith("json-")
                || kind.endsWith("+json")
                || kind.endsWith("+xml");
    }

    /** Of several entries with one name the last is the one that is meant. */
    private static int lastIndex(List<Header> headers, String name) {
        for (int i = headers.size() - 1; i >= 0; i--) {
            if (headers.get(i).name().equalsIgnoreCase(name)) {
                return i;
            }
        }
        return -1;
    }

    private static String last(List<Header> headers, String name) {
        int index = lastIndex(headers, name);
        return index < 0 ? null : headers.get(index).value();
    }

    private void putHeader(String name, String value) {
        putUtf8(name);
        ensure(2);
        head[length++] = ':';
        head[length++] = ' ';
        putUtf8(trimmed(value));
        put(LINE_END);
    }

    private static String trimmed(String value) {
        int from = 0;
        int to = value.length();
        while (from < to && (value.charAt(from) == ' ' || value.charAt(from) == '\t')) {
            from++;
        }
        while (to > from && (value.charAt(to - 1) == ' ' || value.charAt(to - 1) == '\t')) {
            to--;
        }
        return value.substring(from, to);
    }

    /** Letters, digits and {@code -_.~} as they are, a space as {@code +}, all other bytes of the UTF-8 text as escapes. */
    private void putEscaped(String text) {
        ensure(text.length() * 3);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 'a' && c <= 'z'
                    || c >= '0' && c <= '9'
                    || c >= 'A' && c <= 'Z'
                    || c == '-'
                    || c == '_'
                    || c == '.'
                    || c == '~') {
                head[length++] = (byte) c;
            } else if (c == ' ') {
                head[length++] = '+';
            } else if (c < 0x80) {
                putEscape((byte) c);
            } else {
                byte[] rest = text.substring(i).getBytes(StandardCharsets.UTF_8);
                putEscapedBytes(rest);
                return;
            }
        }
    }

    private void putEscapedBytes(byte[] utf8) {
        ensure(utf8.length * 3);
        for (byte b : utf8) {
            boolean plain = b >= 'a' && b <= 'z'
                    || b >= '0' && b <= '9'
                    || b >= 'A' && b <= 'Z'
                    || b == '-'
                    || b == '_'
                    || b == '.'
                    || b == '~';
            if (plain) {
                head[length++] = b;
            } else if (b == ' ') {
                head[length++] = '+';
            } else {
                putEscape(b);
            }
        }
    }

    private void putEscape(byte b) {
        head[length++] = '%';
        head[length++] = HEX[b >> 4 & 15];
        head[length++] = HEX[b & 15];
    }

    private void putNumber(int number) {
        putUtf8(Integer.toString(number));
    }

    private void putUtf8(String text) {
        ensure(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                length -= i;
                put(text.getBytes(StandardCharsets.UTF_8));
                return;
            }
            head[length++] = (byte) c;
        }
    }

    private void put(byte[] bytes) {
        ensure(bytes.length);
        System.arraycopy(bytes, 0, head, length, bytes.length);
        length += bytes.length;
    }

    private void ensure(int more) {
        if (length + more > head.length) {
            head = Arrays.copyOf(head, Math.max(length + more, head.length * 2));
        }
    }

    private static boolean token(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean letterOrDigit = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!letterOrDigit && (c >= 0x80 || "!#$%&'*+-.^_`|~".indexOf(c) < 0)) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
