package io.assent.loadtest.fuzz.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assent.loadtest.fuzz.BranchUrls;
import io.assent.loadtest.fuzz.Chance;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Inputs near the bounds: the largest bodies and one byte more, the most steps, long texts, and reads of what came of them. One input's. */
final class LargeCalls {

    private static final int BODY_BYTES_MAX = 4 << 20;
    private static final int SUBMISSION_BYTES_MAX = 6 << 20;
    private static final int STEPS_MAX = 5_000;
    private static final String SUBMIT = "/api/dtmsvr/submit";

    private final Chance chance;
    private final BranchUrls urls;
    private final String gid;

    LargeCalls(final Chance chance, final BranchUrls urls, final long number) {
        this.chance = chance;
        this.urls = urls;
        this.gid = "large-" + number;
    }

    HttpInput input() {
        return switch (chance.below(6)) {
            case 0 ->
                HttpInput.of(
                        InputKind.LARGE,
                        List.of(Piece.refused(RequestBytes.of("POST", SUBMIT)
                                .body(filled(BODY_BYTES_MAX + chance.between(1, 1_000)))
                                .bytes())));
            case 1 -> followed(post(filled(BODY_BYTES_MAX - chance.below(3))));
            case 2 -> followed(post(steps(chance.between(STEPS_MAX - 1, STEPS_MAX + 1))));
            case 3 -> followed(post(largestPayload()));
            case 4 ->
                followed(post(ascii("{\"gid\":\"" + gid + "\",\"trans_type\":\"saga\",\"x\":"
                        + "[".repeat(chance.between(900, 2_000_000)) + "}")));
            default -> followed(post(payload(chance.between(1 << 16, 1 << 20))));
        };
    }

    /** The request, and behind it reads of the same transaction, which carry all of it. */
    private HttpInput followed(final Piece request) {
        final List<Piece> pieces = new ArrayList<>();
        pieces.add(request);
        pieces.add(Piece.answered(
                RequestBytes.of("GET", "/api/dtmsvr/query?gid=" + gid).bytes()));
        pieces.add(Piece.answered(RequestBytes.of("GET", "/api/dtmsvr/all?limit=" + chance.pick("2", "1000"))
                .bytes()));
        return new HttpInput(InputKind.LARGE, pieces, HttpInput.Ending.KEEP, 1);
    }

    private static Piece post(final byte[] body) {
        return Piece.answered(RequestBytes.of("POST", SUBMIT).body(body).bytes());
    }

    /** A body of exactly so many bytes, most of it under a key that is not used. */
    private byte[] filled(final int length) {
        final String start = "{\"gid\":\"" + gid + "\",\"trans_type\":\"saga\",\"x\":\"";
        final String end = "\"}";
        return ascii(start + "x".repeat(length - start.length() - end.length()) + end);
    }

    private byte[] payload(final int length) {
        final ObjectNode body = saga();
        body.putArray("steps").addObject().put("action", "http://" + urls.steady() + "/ok");
        body.putArray("payloads").add(chance.pick("p", "\u20ac", "\"").repeat(length / 4));
        return body.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * A payload that is as long as any can become: each byte of it is no UTF-8 and counts three times when it is replaced. So what the server keeps to
     * encode with is as large as ever soon after the start, whatever the seed.
     */
    private byte[] largestPayload() {
        final byte[] start = ascii(
                "{\"gid\":\"" + gid + "\",\"trans_type\":\"saga\",\"steps\":[{\"action\":\"\"}],\"payloads\":[\"");
        final byte[] body = new byte[start.length + SUBMISSION_BYTES_MAX / 3 - 100 + 3];
        Arrays.fill(body, (byte) 0xff);
        System.arraycopy(start, 0, body, 0, start.length);
        final byte[] end = ascii("\"]}");
        System.arraycopy(end, 0, body, body.length - end.length, end.length);
        return body;
    }

    private byte[] steps(final int count) {
        final ObjectNode body = saga();
        final ArrayNode steps = body.putArray("steps");
        final ArrayNode payloads = body.putArray("payloads");
        for (int i = 0; i < count; i++) {
            steps.addObject().put("action", "");
            payloads.add("");
        }
        return body.toString().getBytes(StandardCharsets.UTF_8);
    }

    private ObjectNode saga() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("gid", gid)
                .put("trans_type", "saga")
                .put("wait_result", chance.oneIn(2));
    }

    private static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
