package io.assent.scenario;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * One call of a participant as it came, in no protocol's words.
 *
 * @param name the last part of its URL; {@link Participant#CALL_BACK} for the call-back of a workflow
 * @param headers by lower-case name: headers of HTTP, metadata of gRPC
 */
record Received(
        Protocol protocol,
        String name,
        String gid,
        String branchId,
        String op,
        String transType,
        byte[] payload,
        Map<String, String> headers) {

    String text() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    /** Null when there is none. */
    String header(String name) {
        return headers.get(name);
    }

    /** Whose it is and what is to be done, with blanks between: trans type, gid, branch id, operation. */
    String about() {
        return transType + " " + gid + " " + branchId + " " + op;
    }
}
