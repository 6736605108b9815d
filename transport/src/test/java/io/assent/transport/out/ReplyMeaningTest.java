package io.assent.transport.out;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.engine.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every kind of reply means, over a real socket (PROTOCOL 5.2). */
class ReplyMeaningTest {
    private static final int MIB = 1 << 20;

    private Caller caller;

    @BeforeEach
    void open() throws IOException {
        caller = new Caller();
    }

    @AfterEach
    void close() {
        caller.close();
    }

    @AfterAll
    static void noBufferIsLost() {
        assertThat(LeakWatch.leaks()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "200|fine|SUCCESS|",
                "200||SUCCESS|",
                "200|x ONGOING y|ONGOING|ONGOING",
                "200|why FAILURE|FAILURE|why FAILURE",
                "200|FAILURE|FAILURE|FAILURE FAILURE",
                "200|FAILURE of mine|FAILURE|FAILURE of mine FAILURE",
                "200|failure ongoing|SUCCESS|",
                "425|anything|ONGOING|ONGOING",
                "425|a FAILURE|ONGOING|ONGOING",
                "409|why|FAILURE|why FAILURE",
                "409||FAILURE| FAILURE",
                "409|  why  |FAILURE|why FAILURE",
                "409|ONGOING|ONGOING|ONGOING",
                "409|why FAILURE FAILURE|FAILURE|why FAILURE FAILURE",
                "500|FAILURE|FAILURE|FAILURE FAILURE",
                "500|ONGOING|ONGOING|ONGOING",
                "500|  boom |UNKNOWN|status 500: boom",
                "500||UNKNOWN|status 500",
                "401||UNKNOWN|status 401",
                "201|made|UNKNOWN|status 201: only 200 is a success, every other 2xx is retried: made",
                "202||UNKNOWN|status 202: only 200 is a success, every other 2xx is retried",
                "404|SUCCESS|UNKNOWN|status 404: SUCCESS",
                "300|many|UNKNOWN|status 300: many",
                "305|proxy|UNKNOWN|status 305: proxy",
                "302|no location|UNKNOWN|status 302: no location",
                "302|no location FAILURE|FAILURE|no location FAILURE",
            })
    void shouldClassifyByStatusAndWords(int status, String body, Outcome outcome, String text) throws IOException {
        String content = body == null ? "" : body;
        String reply = "HTTP/1.1 " + status + " x\r\nContent-Length: " + content.length() + "\r\n\r\n" + content;
        try (Participant participant = Participant.answering(reply)) {
            Caller.Ended end = caller.call(participant.url()).end();
            assertThat(end.outcome()).isEqualTo(outcome);
            assertThat(end.text()).isEqualTo(text == null ? "" : text);
            Caller.Ended again = caller.call(participant.url()).end();
            assertThat(again.outcome()).isEqualTo(outcome);
            assertThat(participant.accepted()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "204|status 204: only 200 is a success, every other 2xx is retried",
                "304|status 304",
            })
    void shouldTakeNoBodyWhenTheStatusHasNone(int status, String text) throws IOException {
        try (Participant participant = Participant.answering("HTTP/1.1 " + status + " x\r\n\r\n")) {
            assertThat(caller.call(participant.url()).end())
                    .extracting("outcome", "text")
                    .containsExactly(Outcome.UNKNOWN, text);
            assertThat(caller.call(participant.url()).end().outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(participant.accepted()).isEqualTo(1);
        }
    }

    @Test
    void shouldKnowNothingWhenThePeerSwitchesToAnotherProtocol() throws IOException {
        try (Participant participant =
                Participant.answering("HTTP/1.1 101 x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n")) {
            assertThat(caller.call(participant.url()).end())
                    .extracting("outcome", "text")
                    .containsExactly(Outcome.UNKNOWN, "status 101: another protocol, which nobody asked for");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Encoding: br",
                "content-encoding: zstd",
                "Content-Encoding: gzip, gzip",
                "Content-Encoding: br, gzip",
                "Content-Encoding: gzip\r\nContent-Encoding: gzip",
                "Content-Encoding: gzip\r\nContent-Encoding: br",
                "Content-Encoding:\r\n br",
                "Content-Encoding: identity,\r\n br",
            })
    void shouldKnowNothingWhenTheEncodingIsNotOneThatIsDecoded(String header) throws IOException {
        for (int status : new int[] {200, 204, 409, 425, 500}) {
            byte[] reply = reply(status, header + "\r\n", gzip("SUCCESS".getBytes(StandardCharsets.UTF_8)));
            try (Participant participant = Participant.answering(reply)) {
                Caller.Ended end = caller.call(participant.url()).end();
                assertThat(end.outcome()).as("status %d", status).isEqualTo(Outcome.UNKNOWN);
                assertThat(end.text()).startsWith("status " + status + ": ").contains("Content-Encoding");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity", "Identity, ", ""})
    void shouldReadTheBodyAsItIsWhenTheEncodingIsNone(String encoding) throws IOException {
        byte[] body = "why FAILURE".getBytes(StandardCharsets.UTF_8);
        try (Participant participant =
                Participant.answering(reply(200, "Content-Encoding: " + encoding + "\r\n", body))) {
            assertThat(caller.call(participant.url()).end().text()).isEqualTo("why FAILURE");
        }
    }

    @Test
    void shouldKnowNothingWhenACompressedBodyEndsWithTheConnectionTooEarly() throws IOException {
        byte[] whole = gzip("SUCCESS".getBytes(StandardCharsets.UTF_8));
        try (Participant participant = new Participant(exchange -> {
            exchange.read();
            exchange.write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n");
            exchange.write(java.util.Arrays.copyOf(whole, whole.length - 4));
        })) {
            assertThat(caller.call(participant.url()).end())
                    .extracting("outcome", "text")
                    .containsExactly(Outcome.UNKNOWN, "status 200: the compressed body of the reply ends too early");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // chunked, with extension and trailer; the word cut by a border of chunks
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nx FAI\r\n3\r\nLUR\r\n1\r\nE\r\n0\r\nT: v\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding:  Chunked\r\n\r\n9\r\nx FAILURE\r\n0\r\n\r\n",
                // interim replies
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                        + "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx FAILURE",
                // lines that end with LF alone, no reason phrase
                "HTTP/1.1 200\nContent-Length: 9\n\nx FAILURE",
                // the same length twice is one length
                "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nContent-Length: 9\r\n\r\nx FAILURE",
            })
    void shouldReadEveryFormOfReplyWhenItComesByteForByte(String reply) throws IOException {
        byte[] bytes = reply.getBytes(StandardCharsets.ISO_8859_1);
        try (Participant participant = new Participant(exchange -> {
            while (exchange.read() != null) {
                for (byte b : bytes) {
                    exchange.write(new byte[] {b});
                }
            }
        })) {
            for (int i = 0; i < 2; i++) {
                assertThat(caller.call(participant.url()).end())
                        .extracting("outcome", "text")
                        .containsExactly(Outcome.FAILURE, "x FAILURE");
            }
            assertThat(participant.accepted()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 200 OK\r\n\r\nx FAILURE", "HTTP/1.0 200 OK\r\n\r\nx FAILURE"})
    void shouldReadToTheEndOfTheConnectionWhenThereIsNoLength(String reply) throws IOException {
        try (Participant participant = new Participant(exchange -> {
            exchange.read();
            exchange.write(reply);
        })) {
            assertThat(caller.call(participant.url()).end())
                    .extracting("outcome", "text")
                    .containsExactly(Outcome.FAILURE, "x FAILURE");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP/1.1 200 OK;Content-Length: 20;;FAILURE|in the middle of the reply",
                "HTTP/1.1 200 OK;Transfer-Encoding: chunked;;7;FAILURE;|in the middle of the reply",
                "HTTP/1.1 200 OK;Content-Length: 2;Content-Length: 3;;FAILURE|two different Content-Lengths",
                "HTTP/1.1 200 OK;Content-Length: +2;;FAILURE|Content-Length",
                "HTTP/1.1 200 OK;Transfer-Encoding: gzip;;FAILURE|Transfer-Encoding",
                "HTTP/1.1 200 OK;Transfer-Encoding: chunked;;x;FAILURE;|no size",
                "HTTP/1.1 200 OK;Transfer-Encoding: chunked;;3;FAILURE;|longer than its size",
                "HTTP/1.1 200 OK;no colon;;FAILURE|no colon",
                "ICY 200 OK;Content-Length: 7;;FAILURE|not HTTP/1.x",
                "HTTP/2.0 200 OK;Content-Length: 7;;FAILURE|not HTTP/1.x",
                "HTTP/1.1 20 OK;Content-Length: 7;;FAILURE|not HTTP/1.x",
            })
    void shouldKnowNothingWhenTheReplyIsBroken(String reply, String text) throws IOException {
        try (Participant participant = new Participant(exchange -> {
            exchange.read();
            exchange.write(reply.replace(";", "\r\n"));
        })) {
            Caller.Ended end = caller.call(participant.url()).end();
            assertThat(end.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(end.text()).contains(text);
        }
    }

    @Test
    void shouldRefuseAHeadWhenItIsTooLong() throws IOException {
        try (Participant participant =
                Participant.answering("HTTP/1.1 200 OK\r\nX: " + "x".repeat(64 << 10) + "\r\n\r\nFAILURE")) {
            Caller.Ended end = caller.call(participant.url()).end();
            assertThat(end.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(end.text()).contains("head of the reply is longer");
        }
    }

    @Test
    void shouldKeepTheFirst4KiBOfALongText() throws IOException {
        String body = " \n" + "é".repeat(2048) + "and more";
        byte[] utf8 = body.getBytes(StandardCharsets.UTF_8);
        try (Participant participant = Participant.answering(reply(500, "", utf8))) {
            assertThat(caller.call(participant.url()).end().text()).isEqualTo("status 500: " + "é".repeat(2048));
        }
        byte[] odd = ("x" + "é".repeat(2048)).getBytes(StandardCharsets.UTF_8);
        try (Participant participant = Participant.answering(reply(500, "", odd))) {
            assertThat(caller.call(participant.url()).end().text()).isEqualTo("status 500: x" + "é".repeat(2047));
        }
    }

    @Test
    void shouldFindTheWordWhenItIsFarBehindTheKeptText() throws IOException {
        byte[] body = ("x".repeat(3 * MIB) + "ONGOING").getBytes(StandardCharsets.UTF_8);
        try (Participant participant = Participant.answering(reply(200, "", body))) {
            assertThat(caller.call(participant.url()).timeoutMs(20_000).end().outcome())
                    .isEqualTo(Outcome.ONGOING);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void shouldTakeABodyOf8MiBAndNoByteMore(int over) throws IOException {
        byte[] body = new byte[8 * MIB + over];
        byte[] chunked = concat(
                ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(4 * MIB) + "\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1),
                java.util.Arrays.copyOf(body, 4 * MIB),
                ("\r\n" + Integer.toHexString(4 * MIB + over) + "\r\n").getBytes(StandardCharsets.ISO_8859_1),
                java.util.Arrays.copyOf(body, 4 * MIB + over),
                "\r\n0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        byte[][] replies = {
            reply(200, "", body), chunked, reply(200, "Content-Encoding: gzip\r\n", gzip(body)),
        };
        for (byte[] reply : replies) {
            try (Participant participant = Participant.answering(reply)) {
                Caller.Ended end =
                        caller.call(participant.url()).timeoutMs(20_000).end();
                assertThat(end.outcome()).isEqualTo(over == 0 ? Outcome.SUCCESS : Outcome.UNKNOWN);
                assertThat(end.text())
                        .isEqualTo(over == 0 ? "" : "status 200: the body of the reply is longer than 8388608 bytes");
                if (over > 0) {
                    Caller.eventually(() -> participant.open() == 0, "the connection closes");
                }
            }
        }
    }

    @Test
    void shouldDecodeCompressedBodies() throws IOException {
        byte[] text = "it is a FAILURE".getBytes(StandardCharsets.UTF_8);
        byte[][] replies = {
            reply(200, "Content-Encoding: gzip\r\n", gzip(text)),
            reply(200, "content-encoding: GZIP\r\n", withAllHeaderFields(gzip(text))),
            reply(
                    200,
                    "Content-Encoding: gzip\r\n",
                    concat(
                            gzip("it is a FAI".getBytes(StandardCharsets.UTF_8)),
                            gzip("LURE".getBytes(StandardCharsets.UTF_8)))),
            reply(200, "Content-Encoding: deflate\r\n", deflate(text, false)),
            reply(200, "Content-Encoding: deflate\r\n", deflate(text, true)),
        };
        for (byte[] reply : replies) {
            // Byte for byte as well as in one piece.
            for (boolean slow : new boolean[] {false, true}) {
                try (Participant participant = new Participant(exchange -> {
                    while (exchange.read() != null) {
                        if (slow) {
                            for (byte b : reply) {
                                exchange.write(new byte[] {b});
                            }
                        } else {
                            exchange.write(reply);
                        }
                    }
                })) {
                    for (int i = 0; i < 2; i++) {
                        assertThat(caller.call(participant.url()).end())
                                .extracting("outcome", "text")
                                .containsExactly(Outcome.FAILURE, "it is a FAILURE");
                    }
                    assertThat(participant.accepted()).isEqualTo(1);
                }
            }
        }
    }

    @Test
    void shouldTakeAnEmptyBodyWhenItClaimsToBeCompressed() throws IOException {
        try (Participant participant = Participant.answering(reply(200, "Content-Encoding: gzip\r\n", new byte[0]))) {
            assertThat(caller.call(participant.url()).end().outcome()).isEqualTo(Outcome.SUCCESS);
        }
    }

    @Test
    void shouldKnowNothingWhenACompressedBodyIsDamaged() throws IOException {
        byte[] whole = gzip("it is a FAILURE".getBytes(StandardCharsets.UTF_8));
        byte[] wrongSum = whole.clone();
        wrongSum[whole.length - 6] ^= 1;
        byte[] wrongData = whole.clone();
        wrongData[10] ^= 6;
        byte[][] bodies = {
            wrongSum,
            wrongData,
            java.util.Arrays.copyOf(whole, whole.length - 1),
            "FAILURE".getBytes(StandardCharsets.UTF_8),
            concat(whole, new byte[] {0}),
        };
        for (byte[] body : bodies) {
            try (Participant participant = Participant.answering(reply(409, "Content-Encoding: gzip\r\n", body))) {
                Caller.Ended end = caller.call(participant.url()).end();
                assertThat(end.outcome()).isEqualTo(Outcome.UNKNOWN);
                assertThat(end.text()).contains("body of the reply");
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "429|Retry-After: 120|120",
                "503|retry-AFTER:  7 |7",
                "503|Retry-After: 99999999999999999999|2147483647",
                "503|Retry-After: 0|0",
                "503|Retry-After: -5|0",
                "503|Retry-After: 1.5|0",
                "503|Retry-After: soon|0",
                "503|Retry-After:|0",
                "503|X: y|0",
                "429|Date: Sun, 06 Nov 1994 08:49:37 GMT;Retry-After: Sun, 06 Nov 1994 08:51:37 GMT|120",
                "429|Retry-After: Sunday, 06-Nov-94 08:51:37 GMT;Date: Sun Nov  6 08:49:37 1994|120",
                "429|Date: Sun, 06 Nov 1994 08:49:37 GMT;Retry-After: Sun, 06 Nov 1994 08:49:36 GMT|0",
                "429|Retry-After: Sun, 06 Nov 1994 08:49:36 GMT|0",
                "503|Retry-After: 120;Content-Encoding: br|120",
                "500|Retry-After: 120|0",
                "409|Retry-After: 120|0",
                "200|Retry-After: 120|0",
            })
    void shouldTellHowLongTheParticipantAsksToBeLeftAlone(int status, String headers, int seconds) throws IOException {
        try (Participant participant =
                Participant.answering(reply(status, headers.replace(";", "\r\n") + "\r\n", new byte[0]))) {
            assertThat(caller.call(participant.url()).end().retryAfterS()).isEqualTo(seconds);
        }
    }

    @Test
    void shouldMeasureADateByTheOwnClockWhenTheReplyHasNone() throws IOException {
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plusDays(1));
        try (Participant participant =
                Participant.answering(reply(503, "Retry-After: " + date + "\r\n", new byte[0]))) {
            assertThat(caller.call(participant.url()).end().retryAfterS()).isBetween(86_400 - 3_600, 86_400);
        }
    }

    @Test
    void shouldTakeAnEarlyAnswerWhenTheRequestIsStillBeingSent() throws IOException {
        try (Participant participant = new Participant(exchange -> {
            exchange.socket.getInputStream().read();
            exchange.write("HTTP/1.1 409 Conflict\r\nContent-Length: 5\r\n\r\nearly");
            exchange.socket.shutdownOutput();
            byte[] rest = new byte[64 << 10];
            while (exchange.socket.getInputStream().read(rest) > 0) {
                // Drained, so that no reset overtakes the answer.
            }
        })) {
            assertThat(caller.call(participant.url()).payload(new byte[4 * MIB]).end())
                    .extracting("outcome", "text")
                    .containsExactly(Outcome.FAILURE, "early FAILURE");
            assertThat(caller.call(participant.url()).end().outcome()).isEqualTo(Outcome.FAILURE);
            assertThat(participant.accepted()).isEqualTo(2);
        }
    }

    @Test
    void shouldTakeAnEarlyAnswerWhenAResetFollowsIt() throws IOException {
        try (Participant participant = new Participant(exchange -> {
            exchange.socket.getInputStream().read();
            exchange.write("HTTP/1.1 409 Conflict\r\nContent-Length: 5\r\n\r\nearly");
        })) {
            for (int i = 0; i < 50; i++) {
                Caller.Ended end = caller.call(participant.url())
                        .payload(new byte[1 << 20])
                        .end();
                assertThat(end.outcome()).as(end.text()).isEqualTo(Outcome.FAILURE);
            }
        }
    }

    @Test
    void shouldNotUseTheConnectionAgainWhenBytesFollowTheReply() throws IOException {
        try (Participant participant =
                Participant.answering(Participant.OK + "HTTP/1.1 409 x\r\nContent-Length: 0\r\n\r\n")) {
            for (int i = 1; i <= 5; i++) {
                assertThat(caller.call(participant.url()).end().outcome()).isEqualTo(Outcome.SUCCESS);
                assertThat(participant.accepted()).isEqualTo(i);
            }
        }
    }

    static byte[] reply(int status, String headers, byte[] body) {
        return concat(
                ("HTTP/1.1 " + status + " x\r\n" + headers + "Content-Length: " + body.length + "\r\n\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1),
                body);
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    private static byte[] withAllHeaderFields(byte[] gzip) {
        byte[] fixed = java.util.Arrays.copyOf(gzip, 10);
        fixed[3] = 2 + 4 + 8 + 16;
        byte[] fields = {3, 0, 1, 2, 3, 'n', 0, 'c', 'c', 0, 9, 9};
        return concat(fixed, fields, java.util.Arrays.copyOfRange(gzip, 10, gzip.length));
    }

    private static byte[] deflate(byte[] bytes, boolean raw) {
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, raw);
        deflater.setInput(bytes);
        deflater.finish();
        byte[] out = new byte[bytes.length + 100];
        int length = deflater.deflate(out);
        deflater.end();
        return java.util.Arrays.copyOf(out, length);
    }
}
