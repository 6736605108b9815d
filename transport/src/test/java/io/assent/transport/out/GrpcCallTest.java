package io.assent.transport.out;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.engine.Outcome;
import io.assent.engine.TransactionKind;
import io.assent.grpc.WorkflowData;
import io.assent.transport.out.Caller.Ended;
import io.assent.transport.out.GrpcParticipant.Received;
import io.grpc.Compressor;
import io.grpc.CompressorRegistry;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a gRPC branch call says, and what its status means (PROTOCOL 4, 5.1, 5.4). */
class GrpcCallTest {

    private static Received oneCall(Caller.Call call, GrpcParticipant participant) {
        assertThat(call.end().outcome()).isEqualTo(Outcome.SUCCESS);
        assertThat(participant.received).hasSize(1);
        return participant.received.get(0);
    }

    @Test
    void shouldSayWhoIsCalledForAndSendThePayloadAsItIs() throws IOException {
        byte[] payload = {0, (byte) 0xFF, 10, 13, (byte) 0x80};
        try (GrpcParticipant participant = new GrpcParticipant(any -> Status.OK);
                Caller caller = new Caller()) {
            Received received = oneCall(
                    caller.call(participant.url("busi.Busi/TransOut"))
                            .protocol("grpc")
                            .gid("g 7")
                            .branch("0203", "compensate")
                            .payload(payload),
                    participant);
            assertThat(received.method()).isEqualTo("busi.Busi/TransOut");
            assertThat(received.message()).isEqualTo(payload);
            assertThat(received.metadata("dtm-gid")).isEqualTo("g 7");
            assertThat(received.metadata("dtm-trans_type")).isEqualTo("saga");
            assertThat(received.metadata("dtm-branch_id")).isEqualTo("0203");
            assertThat(received.metadata("dtm-op")).isEqualTo("compensate");
            assertThat(received.metadata("dtm-dtm")).isEmpty();
        }
    }

    @Test
    void shouldSendBranchHeadersAsMetadataBehindItsOwn() throws IOException {
        try (GrpcParticipant participant = new GrpcParticipant(any -> Status.OK);
                Caller caller = new Caller()) {
            Received received = oneCall(
                    caller.call(participant.url())
                            .protocol("grpc")
                            .header("X-Tenant", "a b")
                            .header("Trace-Bin", "\u00e9")
                            .header("User-Agent", "me")
                            .header("Content-Type", "application/json")
                            .header("TE", "gzip")
                            .header("Grpc-Timeout", "1H")
                            .header(":path", "/x")
                            .header("dtm-gid", "other"),
                    participant);
            assertThat(received.metadata("x-tenant")).isEqualTo("a b");
            assertThat(received.metadata().get(Metadata.Key.of("trace-bin", Metadata.BINARY_BYTE_MARSHALLER)))
                    .isEqualTo("\u00e9".getBytes(StandardCharsets.UTF_8));
            assertThat(received.metadata("user-agent")).startsWith("grpc-java");
            assertThat(received.metadata("content-type")).isEqualTo("application/grpc");
            assertThat(received.metadata("grpc-timeout")).endsWith("m");
            assertThat(received.metadata().getAll(Metadata.Key.of("dtm-gid", Metadata.ASCII_STRING_MARSHALLER)))
                    .containsExactly("g1", "other");
        }
    }

    @Test
    void shouldSendNoMetadataOfOneConnection() throws IOException {
        try (GrpcParticipant participant = new GrpcParticipant(any -> Status.OK);
                Caller caller = new Caller()) {
            Received received = oneCall(
                    caller.call(participant.url())
                            .protocol("grpc")
                            .header("Connection", "close, X-Named")
                            .header("Keep-Alive", "timeout=1")
                            .header("Upgrade", "h2c")
                            .header("Transfer-Encoding", "chunked")
                            .header("Proxy-Connection", "x")
                            .header("HTTP2-Settings", "x")
                            .header("x-NAMED", "1")
                            .header("Host", "other.example")
                            .header("Content-Length", "999")
                            .header("Accept-Encoding", "br")
                            .header("X-Kept", "2"),
                    participant);
            assertThat(received.metadata().keys())
                    .contains("x-kept")
                    .doesNotContain(
                            "connection",
                            "keep-alive",
                            "upgrade",
                            "transfer-encoding",
                            "proxy-connection",
                            "http2-settings",
                            "x-named",
                            "host",
                            "content-length",
                            "accept-encoding");
        }
    }

    /** The engine puts the trace context of the request in front of the headers that the client gave. */
    @Test
    void shouldSendTheLastOfEqualNamesAmongBranchHeaders() throws IOException {
        try (GrpcParticipant participant = new GrpcParticipant(any -> Status.OK);
                Caller caller = new Caller()) {
            Received received = oneCall(
                    caller.call(participant.url())
                            .protocol("grpc")
                            .header("traceparent", "of the request")
                            .header("tracestate", "a=b")
                            .header("X-Tenant", "first")
                            .header("TraceParent", "mine")
                            .header("x-tenant", "second"),
                    participant);
            assertThat(received.metadata().getAll(GrpcMetadata.key("traceparent")))
                    .containsExactly("mine");
            assertThat(received.metadata("tracestate")).isEqualTo("a=b");
            assertThat(received.metadata().getAll(GrpcMetadata.key("x-tenant"))).containsExactly("second");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void shouldKnowNothingWhenTheReplyHasNotOneMessage(int messages) throws IOException {
        ServerInterceptor changing = new ServerInterceptor() {
            @Override
            public <Q, R> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
                return next.startCall(
                        new SimpleForwardingServerCall<>(call) {
                            @Override
                            public void sendMessage(R message) {
                                for (int i = 0; i < messages; i++) {
                                    super.sendMessage(message);
                                }
                            }
                        },
                        headers);
            }
        };
        try (GrpcParticipant participant =
                        new GrpcParticipant("127.0.0.1", 0, any -> Status.OK, server -> server.intercept(changing));
                Caller caller = new Caller()) {
            Ended ended = caller.call(participant.url()).protocol("grpc").end();
            assertThat(ended.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(ended.text())
                    .isEqualTo("rpc error: code = Internal desc = the reply has " + messages
                            + " messages in place of one");
        }
    }

    @Test
    void shouldKnowNothingWhenTheMessageCanNotBeDecompressed() throws IOException {
        CompressorRegistry broken = CompressorRegistry.newEmptyInstance();
        broken.register(new Compressor() {
            @Override
            public String getMessageEncoding() {
                return "gzip";
            }

            @Override
            public OutputStream compress(OutputStream out) {
                return out;
            }
        });
        ServerInterceptor compressing = new ServerInterceptor() {
            @Override
            public <Q, R> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
                call.setCompression("gzip");
                return next.startCall(call, headers);
            }
        };
        try (GrpcParticipant participant = new GrpcParticipant(
                        "127.0.0.1",
                        0,
                        any -> Status.OK,
                        server -> server.compressorRegistry(broken).intercept(compressing));
                Caller caller = new Caller()) {
            Ended ended = caller.call(participant.url()).protocol("grpc").end();
            assertThat(ended.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(ended.text()).contains("Failed to read message", "GZIP");
        }
    }

    @Test
    void shouldTakeALongRefusalForARefusal() throws IOException {
        int length = 900_000;
        try (GrpcParticipant participant =
                        new GrpcParticipant(any -> Status.ABORTED.withDescription("x".repeat(length)));
                Caller caller = new Caller()) {
            Ended ended = caller.call(participant.url()).protocol("grpc").end();
            assertThat(ended.outcome()).isEqualTo(Outcome.FAILURE);
            assertThat(ended.text()).startsWith("xxx");
        }
    }

    @Test
    void shouldTakeARefusalBeyondTheBoundOfMetadataAsUnknown() throws IOException {
        try (GrpcParticipant participant =
                        new GrpcParticipant(any -> Status.ABORTED.withDescription("x".repeat(2 << 20)));
                Caller caller = new Caller()) {
            Ended ended = caller.call(participant.url()).protocol("grpc").end();
            assertThat(ended.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(ended.text()).contains("Header size exceeded");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OK                  |                | SUCCESS | ''",
                "ABORTED             | ONGOING        | ONGOING | ONGOING",
                "ABORTED             | no money       | FAILURE | no money FAILURE",
                "ABORTED             | no FAILURE     | FAILURE | no FAILURE",
                "ABORTED             | still ONGOING  | FAILURE | still ONGOING FAILURE",
                "ABORTED             |                | FAILURE | ' FAILURE'",
                "FAILED_PRECONDITION | FAILURE        | ONGOING | ONGOING",
                "UNKNOWN             | FAILURE        | UNKNOWN | rpc error: code = Unknown desc = FAILURE",
                "INTERNAL            | ONGOING        | UNKNOWN | rpc error: code = Internal desc = ONGOING",
                "UNIMPLEMENTED       | no such method | UNKNOWN | rpc error: code = Unimplemented desc = no such method",
                "DEADLINE_EXCEEDED   | slow           | UNKNOWN | rpc error: code = DeadlineExceeded desc = slow",
                "NOT_FOUND           |                | UNKNOWN | 'rpc error: code = NotFound desc = '",
            })
    void shouldReadTheOutcomeFromTheStatus(Status.Code code, String message, Outcome outcome, String text)
            throws IOException {
        try (GrpcParticipant participant =
                        new GrpcParticipant(any -> code.toStatus().withDescription(message));
                Caller caller = new Caller()) {
            Ended ended = caller.call(participant.url()).protocol("grpc").end();
            assertThat(ended.outcome()).isEqualTo(outcome);
            assertThat(ended.text()).isEqualTo(text);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "127.0.0.1:1                      | this one names no method",
                "grpc://127.0.0.1:1/a.B/C         | no driver knows this scheme",
                "127.0.0.1/a.B/C                  | this one has no port",
                "127.0.0.1:/a.B/C                 | this one has no port",
                "[::1]/a.B/C                      | this one has no port",
                ":1/a.B/C                         | the URL has no host",
                "/a.B/C                           | this one has no port",
                "127.0.0.1:0/a.B/C                | the port of the URL",
                "127.0.0.1:65536/a.B/C            | the port of the URL",
                "127.0.0.1:x/a.B/C                | the port of the URL",
                "127.0.0.1:1/a.B/C\u00e9          | printable ASCII",
                "127.0.0.1:1/a.B/ C               | printable ASCII",
                "x                                | this one names no method",
            })
    void shouldTellWhyAUrlCanNotBeCalled(String url, String words) throws IOException {
        try (Caller caller = new Caller()) {
            Ended ended = caller.call(url).protocol("grpc").end();
            assertThat(ended.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(ended.text()).contains(words);
        }
    }

    @ParameterizedTest
    @CsvSource({"x y, v", "x(, v", "'', v", "x, \u00e9", "x, 'a\nb'", "x, '\t'"})
    void shouldNotSendMetadataThatIsNone(String name, String value) throws IOException {
        try (GrpcParticipant participant = new GrpcParticipant(any -> Status.OK);
                Caller caller = new Caller()) {
            Ended ended = caller.call(participant.url())
                    .protocol("grpc")
                    .header(name, value)
                    .end();
            assertThat(ended.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(ended.text()).contains("metadata");
            assertThat(participant.received).isEmpty();
        }
    }

    @Test
    void shouldNotSendAGidOutsidePrintableAscii() throws IOException {
        try (GrpcParticipant participant = new GrpcParticipant(any -> Status.OK);
                Caller caller = new Caller()) {
            Ended ended = caller.call(participant.url())
                    .protocol("grpc")
                    .gid("\u4f60")
                    .end();
            assertThat(ended.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(ended.text()).isEqualTo("metadata dtm-gid is not printable ASCII");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"grpc", "json-rpc", "GRPC", "something"})
    void shouldTakeTheProtocolOfTheUrlWhenItIsNotHttp(String protocol) throws IOException {
        try (GrpcParticipant participant = new GrpcParticipant(any -> Status.OK);
                Caller caller = new Caller()) {
            oneCall(caller.call(participant.url("method.Service/method")).protocol(protocol), participant);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "http"})
    void shouldTryAUrlWithoutSchemeOverHttpUnderHttp(String protocol) throws IOException {
        try (GrpcParticipant participant = new GrpcParticipant(any -> Status.OK);
                Caller caller = new Caller()) {
            Ended ended = caller.call(participant.url()).protocol(protocol).end();
            assertThat(ended.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(ended.text()).contains("http://");
            assertThat(participant.received).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 127, 128, 16_383, 16_384, 2_097_152})
    void shouldWrapTheInputOfAWorkflow(int length) throws IOException {
        byte[] input = new byte[length];
        Arrays.fill(input, (byte) 7);
        try (GrpcParticipant participant = new GrpcParticipant(any -> Status.OK);
                Caller caller = new Caller()) {
            Received received = oneCall(
                    caller.call(participant.url("workflow.Workflow/Execute"))
                            .kind(TransactionKind.WORKFLOW)
                            .protocol("grpc")
                            .branch("00", "wf")
                            .payload(input),
                    participant);
            assertThat(WorkflowData.parseFrom(received.message()).getData().toByteArray())
                    .isEqualTo(input);
            assertThat(received.metadata("dtm-op")).isEqualTo("wf");
        }
    }

    @Test
    void shouldCarryTheLargestPayload() throws IOException {
        byte[] payload = new byte[6 << 20];
        try (GrpcParticipant participant = new GrpcParticipant(any -> Status.OK);
                Caller caller = new Caller()) {
            Received received = oneCall(
                    caller.call(participant.url())
                            .protocol("grpc")
                            .payload(payload)
                            .timeoutMs(30_000),
                    participant);
            assertThat(received.message()).hasSize(payload.length);
        }
    }

    @Test
    void shouldEndACallAtItsDeadlineAndTellTheParticipantOfIt() throws IOException {
        try (GrpcParticipant participant = new GrpcParticipant(GrpcParticipant.HANGS);
                Caller caller = new Caller()) {
            Ended ended = caller.call(participant.url())
                    .protocol("grpc")
                    .timeoutMs(300)
                    .end();
            assertThat(ended.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(ended.text()).isEqualTo("no reply from 127.0.0.1:" + participant.port() + " within 300 ms");
            String timeout = participant.received.get(0).metadata("grpc-timeout");
            assertThat(Integer.parseInt(timeout.substring(0, timeout.length() - 1)))
                    .isBetween(1, 300);
            assertThat(timeout).endsWith("m");
        }
    }
}
