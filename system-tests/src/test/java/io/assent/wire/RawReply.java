package io.assent.wire;

import java.util.List;
import java.util.Map;

/** A reply as it came; names of headers in lower case, each char of the body one byte. */
record RawReply(int status, Map<String, List<String>> headers, String body) {
    String header(String name) {
        List<String> values = headers.get(name);
        return values == null ? null : String.join(", ", values);
    }
}
