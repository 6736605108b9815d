package io.assent.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.assent.engine.NoHistory;
import io.assent.engine.codec.CommandPublisher;
import io.assent.engine.codec.CommandSink;
import io.assent.grpc.DtmBranchRequest;
import io.assent.grpc.DtmRequest;
import io.assent.grpc.DtmTopicRequest;
import io.assent.grpc.DtmTransOptions;
import io.assent.transport.EventLoops;
import io.assent.transport.front.FrontConfig;
import io.assent.transport.front.FrontMeter;
import io.assent.transport.front.HttpFront;
import io.assent.transport.front.ServerState;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.zip.GZIPOutputStream;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients can get wrong below the level of messages, with bytes that no library would send: they are told, and nobody else. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class GrpcClientFaultsTest {
    private static final String CHECK = "/grpc.health.v1.Health/Check";
    private static final String NEW_GID = "/dtmgimp.Dtm/NewGid";
    private static final int GOAWAY = 7;
    /** Headers and resets, as types of frames. */
    private static final Set<Integer> AN_END = Set.of(1, 3);

    private static final int MESSAGE_BYTES_MAX = 4 << 20;

    private static final CommandSink NOBODY = new CommandSink() {
        @Override
        public MutableDirectBuffer claim(int length, Source source) {
            throw new AssertionError("nothing here is a command");
        }

        @Override
        public void publish(int length) {
            throw new AssertionError("nothing here is a command");
        }
    };

    private static final String SUBMIT = "/dtmgimp.Dtm/Submit";
    private static final String REGISTER = "/dtmgimp.Dtm/RegisterBranch";
    private static final String SUBSCRIBE = "/dtmgimp.Dtm/Subscribe";

    private final EventLoops loops = EventLoops.create(1);
    private final List<String> logged = new CopyOnWriteArrayList<>();
    private final Handler witness = new Handler() {
        @Override
        public void publish(LogRecord line) {
            logged.add(line.getLoggerName() + ": " + line.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };
    private HttpFront http;
    private GrpcFront front;

    @BeforeEach
    void start() throws IOException {
        http = new HttpFront(
                loops,
                FrontConfig.of(List.of(InetAddress.getLoopbackAddress()), 0, "v1"),
                number -> new CommandPublisher(NOBODY),
                new NoHistory(),
                () -> ServerState.SERVING,
                (advance, whenDone) -> {
                    throw new AssertionError("there is no manual clock");
                },
                FrontMeter.NONE);
        front = new GrpcFront(loops, GrpcFrontConfig.of(List.of(InetAddress.getLoopbackAddress()), 0), http::loop);
        http.start();
        front.start();
        Logger.getLogger("io.grpc").addHandler(witness);
    }

    @AfterEach
    void stop() {
        Logger.getLogger("io.grpc").removeHandler(witness);
        front.close();
        http.close();
        loops.close();
    }

    private static byte[] frame(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .put((byte) (payload.length >> 16))
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    private static byte[] message(int flag, byte[] content) {
        return ByteBuffer.allocate(5 + content.length)
                .put((byte) flag)
                .putInt(content.length)
                .put(content)
                .array();
    }

    private static byte[] zipped(byte[] bytes) throws IOException {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(zipped)) {
            zip.write(bytes);
        }
        return zipped.toByteArray();
    }

    /** Names and values by turns, as literals that enter no table. */
    private static byte[] head(String path, String... more) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        field(block, ":method", "POST");
        field(block, ":scheme", "http");
        field(block, ":path", path);
        field(block, "content-type", "application/grpc");
        for (int i = 0; i < more.length; i += 2) {
            field(block, more[i], more[i + 1]);
        }
        return block.toByteArray();
    }

    private static void field(ByteArrayOutputStream block, String name, String value) {
        block.write(0);
        for (String text : List.of(name, value)) {
            block.write(text.length());
            block.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    /** Sends these bytes behind a right opening, and returns everything that comes back until a frame of these types has come. */
    private String answer(Set<Integer> untilTypes, byte[]... frames) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), front.port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(frame(4, 0, 0, new byte[0]));
            for (byte[] frame : frames) {
                socket.getOutputStream().write(frame);
            }
            DataInputStream in = new DataInputStream(socket.getInputStream());
            StringBuilder all = new StringBuilder();
            int type;
            do {
                int length = in.readUnsignedShort() << 8 | in.readUnsignedByte();
                type = in.readUnsignedByte();
                in.readUnsignedByte();
                in.readInt();
                all.append(new String(in.readNBytes(length), StandardCharsets.ISO_8859_1));
            } while (!untilTypes.contains(type));
            return all.toString();
        }
    }

    private String call(String path, byte[] body, String... more) throws IOException {
        return answer(AN_END, frame(1, 4, 1, head(path, more)), frame(0, 1, 1, body));
    }

    @Test
    void shouldRefuseWhatIsTooLargeWhenItIsDecompressed() throws IOException {
        byte[] body = message(1, zipped(new byte[MESSAGE_BYTES_MAX + 1]));
        String answer = call(NEW_GID, body, "grpc-encoding", "gzip");
        assertThat(answer).contains("exceeds maximum size").doesNotContain("Application error");
        assertThat(call(CHECK, body, "grpc-encoding", "gzip")).contains("can not be read");
        assertThat(logged).isEmpty();
    }

    @Test
    void shouldRefuseWhatCanNotBeDecompressed() throws IOException {
        byte[] broken = zipped(new byte[1_000]);
        broken[broken.length / 2] ^= 1;
        assertThat(call(NEW_GID, message(1, broken), "grpc-encoding", "gzip")).contains("can not be decompressed");
        assertThat(logged).isEmpty();
    }

    @Test
    void shouldTakeWhatCanBeDecompressed() throws IOException {
        String answer = call(NEW_GID, message(1, zipped(new byte[0])), "grpc-encoding", "gzip");
        assertThat(answer).doesNotContain("decompress");
    }

    @Test
    void shouldRefuseAMessageToAnotherServiceThatCanNotBeRead() throws IOException {
        for (String path : List.of(
                CHECK,
                "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
                "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")) {
            assertThat(call(path, message(0, new byte[] {-1})))
                    .as(path)
                    .contains("the message can not be read")
                    .doesNotContain("Application error");
        }
        assertThat(logged).isEmpty();
    }

    @Test
    void shouldRefuseManyMessagesWithoutWaitingForTheirEnd() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int i = 0; i < 5; i++) {
            body.writeBytes(message(0, new byte[0]));
        }
        assertThat(call(NEW_GID, body.toByteArray())).contains("more than one message");
    }

    /** A compressed message without its encoding, a deadline and an encoding that are none, a TE that HTTP/2 forbids, half a message. */
    @ParameterizedTest
    @ValueSource(strings = {"flag", "timeout", "base64", "te", "half"})
    void shouldNotLogWhatItsClientGetsWrong(String fault) throws IOException {
        byte[] right = message(0, new byte[0]);
        String end = switch (fault) {
            case "flag" -> answer(AN_END, frame(1, 4, 1, head(NEW_GID)), frame(0, 1, 1, message(1, new byte[1])));
            case "timeout" -> answer(AN_END, frame(1, 4, 1, head(NEW_GID, "grpc-timeout", "x")), frame(0, 1, 1, right));
            case "base64" -> answer(AN_END, frame(1, 4, 1, head(NEW_GID, "x-bin", "a")), frame(0, 1, 1, right));
            case "te" -> answer(AN_END, frame(1, 4, 1, head(NEW_GID, "te", "gzip")), frame(0, 1, 1, right));
            default -> answer(AN_END, frame(1, 4, 1, head(NEW_GID)), frame(0, 1, 1, new byte[] {0, 0, 0}));
        };
        assertThat(end).isNotNull();
        assertThat(logged).isEmpty();
    }

    @Test
    void shouldNotLogAFrameThatIsForbidden() throws IOException {
        // Data on stream 0: GOAWAY, and the end.
        assertThat(answer(Set.of(GOAWAY), frame(0, 0, 0, new byte[1]))).isNotNull();
        long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (front.connections() > 0 && System.nanoTime() - endNanos < 0) {
            Thread.onSpinWait();
        }
        assertThat(front.connections()).isZero();
        assertThat(logged).isEmpty();
    }

    /** A client may break off before its connection is registered; what stands behind keeps timers until it hears of the end. */
    @Test
    void shouldPassOnTheEndOfAConnectionThatNeverBecameActive() {
        AtomicInteger ends = new AtomicInteger();
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.pipeline().addLast(new GrpcConnection(null), new ChannelInboundHandlerAdapter() {
            @Override
            public void channelInactive(ChannelHandlerContext context) {
                ends.incrementAndGet();
            }
        });
        channel.close();
        assertThat(ends).hasValue(1);
    }

    @Test
    void shouldNameTheTextAndTheByteWhenAMessageIsNotUtf8() throws IOException {
        DtmRequest whole = DtmRequest.newBuilder()
                .setGid("g1")
                .setTransType("saga")
                .setTransOptions(DtmTransOptions.newBuilder().putBranchHeaders("x-a", "v1"))
                .addBinPayloads(ByteString.copyFrom(new byte[] {(byte) 0xE9}))
                .putReqExtra("k1", "e1")
                .build();
        assertThat(call(SUBMIT, message(0, spoilt(whole, "g1")))).contains("Gid is not UTF-8: byte 0xE9 at offset 1");
        assertThat(call(SUBMIT, message(0, spoilt(whole, "v1"))))
                .contains("TransOptions.BranchHeaders.value is not UTF-8: byte 0xE9 at offset 1");
        assertThat(call(SUBMIT, message(0, spoilt(whole, "k1"))))
                .contains("ReqExtra.key is not UTF-8: byte 0xE9 at offset 1");
        DtmBranchRequest branch =
                DtmBranchRequest.newBuilder().putData("confirm", "c1").build();
        assertThat(call(REGISTER, message(0, spoilt(branch, "c1"))))
                .contains("Data.value is not UTF-8: byte 0xE9 at offset 1");
        DtmTopicRequest topic = DtmTopicRequest.newBuilder().setURL("u1").build();
        assertThat(call(SUBSCRIBE, message(0, spoilt(topic, "u1"))))
                .contains("URL is not UTF-8: byte 0xE9 at offset 1");
    }

    @Test
    void shouldRefuseMetadataThatIsNotAscii() throws IOException {
        DtmTopicRequest topic =
                DtmTopicRequest.newBuilder().setTopic("t").setURL("http://a").build();
        assertThat(call(SUBSCRIBE, message(0, topic.toByteArray()), "x-assent-actor", "M\u00FCller"))
                .contains("x-assent-actor is not ASCII: byte at offset 1");
    }

    @Test
    void shouldRefuseAtTheDoorWhatCanNeverBeCalled() throws IOException {
        DtmRequest saga = DtmRequest.newBuilder()
                .setGid("g")
                .setTransType("saga")
                .setSteps("[{\"action\":\"h:1/a.B/C\"},{\"action\":\"h/a.B/C\"}]")
                .addBinPayloads(ByteString.EMPTY)
                .addBinPayloads(ByteString.EMPTY)
                .build();
        assertThat(call(SUBMIT, message(0, saga.toByteArray())))
                .contains("steps[1].action 'h/a.B/C' can not be called");
        DtmBranchRequest branch = DtmBranchRequest.newBuilder()
                .setGid("g")
                .setTransType("xa")
                .setBranchID("01")
                .putData("url", "h:0/a.B/C")
                .build();
        assertThat(call(REGISTER, message(0, branch.toByteArray())))
                .contains("branch 01: url 'h:0/a.B/C' can not be called");
        DtmTopicRequest topic =
                DtmTopicRequest.newBuilder().setTopic("t").setURL("/a").build();
        assertThat(call(SUBSCRIBE, message(0, topic.toByteArray()))).contains("url '/a' can not be called");
    }

    /** The message with the second character of a text made a byte that is no UTF-8. */
    private static byte[] spoilt(MessageLite whole, String text) {
        byte[] bytes = whole.toByteArray();
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
        bytes[at + 1] = (byte) 0xE9;
        return bytes;
    }
}
