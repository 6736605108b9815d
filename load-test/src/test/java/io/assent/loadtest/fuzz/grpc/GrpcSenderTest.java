package io.assent.loadtest.fuzz.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.grpc.DtmGidReply;
import io.assent.loadtest.fuzz.BranchUrls;
import io.assent.loadtest.fuzz.BrokenRule;
import io.assent.loadtest.fuzz.Tally;
import io.assent.loadtest.fuzz.grpc.Call.Must;
import io.assent.loadtest.fuzz.grpc.GrpcInput.Calls;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The judge against servers that do one thing wrong, whatever they are asked. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class GrpcSenderTest {

    private static final BranchUrls URLS = new BranchUrls("127.0.0.1:41001", "127.0.0.1:41002", "127.0.0.1:41003");
    private static final InputGenerator GENERATOR = new InputGenerator(3, URLS);
    private static final byte[] GID =
            Call.framed(0, DtmGidReply.newBuilder().setGid("g").build().toByteArray());

    private ServerSocket listener;

    @AfterEach
    void stop() throws IOException {
        listener.close();
    }

    /** Greets each connection, answers what comes next with these bytes, and then ends it or keeps it. */
    private void serve(final byte[] answer, final char then) throws IOException {
        listener = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        final Thread thread = new Thread(() -> {
            while (!listener.isClosed()) {
                try {
                    final Socket socket = listener.accept();
                    socket.getOutputStream().write(Frames.settings());
                    // The greeting, the acknowledgement, and the head of the call.
                    byte[] read = new byte[0];
                    while (!contains(read, "/dtmgimp.Dtm/")) {
                        read = socket.getInputStream().readNBytes(1);
                        read = joined(read, available(socket));
                    }
                    socket.getOutputStream().write(answer);
                    if (then == 'e') {
                        socket.close();
                    }
                } catch (final IOException closed) {
                    // The test is over, or the sender is.
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static byte[] available(final Socket socket) throws IOException {
        return socket.getInputStream().readNBytes(socket.getInputStream().available());
    }

    private static boolean contains(final byte[] bytes, final String text) {
        return new String(bytes, StandardCharsets.ISO_8859_1).contains(text);
    }

    private static byte[] joined(final byte[]... parts) {
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (final byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** Frames by their names: {@code h} a head by its status, {@code m} a message by its kind, {@code t} trailers by status and text. */
    private static byte[] frames(final String script) {
        final List<byte[]> frames = new ArrayList<>();
        for (final String step : script.split(";")) {
            final String[] words = step.strip().split(" ", 3);
            frames.add(
                    switch (words[0]) {
                        case "h" -> head(words[1], false);
                        case "H" -> head(words[1], true);
                        case "m" ->
                            Frames.frame(
                                    Frames.DATA,
                                    0,
                                    1,
                                    switch (words[1]) {
                                        case "gid" -> GID;
                                        case "cut" -> new byte[] {0, 0, 0, 0, 9, 1};
                                        case "zip" -> Call.framed(1, new byte[0]);
                                        default -> Call.framed(0, new byte[] {10, 9});
                                    });
                        case "t" -> trailers(words[1], words.length > 2 ? words[2] : "");
                        case "reset" -> Frames.reset(1, 2);
                        case "long" -> Frames.frame(Frames.DATA, 0, 1, new byte[Frames.PAYLOAD_BYTES_MAX + 1]);
                        case "goaway" -> Frames.frame(Frames.GOAWAY, 0, 0, new byte[8]);
                        case "other" -> Frames.frame(Frames.DATA, 0, 3, new byte[0]);
                        case "odd" -> Frames.frame(77, 0, 0, new byte[0]);
                        default -> new byte[0];
                    });
        }
        return joined(frames.toArray(byte[][]::new));
    }

    private static byte[] head(final String status, final boolean ends) {
        final Head head = new Head(
                List.of(new Head.Field(":status", status), new Head.Field("content-type", "application/grpc")));
        return Frames.headers(1, head.block(), ends);
    }

    private static byte[] trailers(final String status, final String text) {
        Head head = new Head(List.of());
        for (final String one : status.split(",")) {
            head = one.equals("none") ? head.with("x", "y") : head.with("grpc-status", one);
        }
        return Frames.headers(
                1,
                text.isEmpty() ? head.block() : head.with("grpc-message", text).block(),
                true);
    }

    private GrpcSender sender() {
        return new GrpcSender(GENERATOR, listener.getLocalPort(), Duration.ofMillis(300), new Tally());
    }

    /** The first input that is one whole call for a new gid. */
    private static long newGid() {
        long number = 0;
        while (!(GENERATOR.input(number) instanceof Calls calls)
                || calls.kind() != InputKind.DOCUMENTED
                || calls.calls().get(0).method() != Method.NEW_GID
                || calls.calls().get(0).must() != Must.ANSWER) {
            number++;
        }
        return number;
    }

    private static long forbidden() {
        long number = 0;
        while (GENERATOR.input(number).kind() != InputKind.FORBIDDEN
                || !contains(GENERATOR.input(number).bytes(), "/dtmgimp.Dtm/")) {
            number++;
        }
        return number;
    }

    @Test
    void shouldTakeAWholeAnswer() throws Exception {
        serve(frames("h 200; m gid; t 0"), 'k');
        final Tally tally = new Tally();
        try (GrpcSender sender = new GrpcSender(GENERATOR, listener.getLocalPort(), Duration.ofSeconds(30), tally)) {
            sender.send(newGid());
        }
        assertThat(tally.answers()).containsExactly(Map.entry("grpc 0", 1L));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "k | nothing                                       | within",
                "e | nothing                                       | leave the connection open",
                "k | goaway; h 200; m gid; t 0                     | leave the connection open",
                "k | reset                                         | answered, not reset",
                "k | H 404                                         | HTTP status 200",
                "k | H 200                                         | one grpc-status",
                "k | h 200; m gid; t none                          | one grpc-status",
                "k | h 200; m gid; t 0,0                           | one grpc-status",
                "k | h 200; m gid; t 17                            | 0 to 16",
                "k | h 200; m gid; t x                             | 0 to 16",
                "k | h 200; t 0                                    | one message",
                "k | h 200; m gid; m gid; t 0                      | one message",
                "k | h 200; m cut; t 0                             | as long as it says",
                "k | h 200; m zip; t 0                             | compressed",
                "k | h 200; m bad; t 0                             | a reply of NEW_GID",
                "k | h 200; m gid; t 2 x                           | an error has no message",
                "k | h 200; t 10                                   | an error has a text",
                "k | h 200; t 10 100%                              | percent sign",
                "k | h 200; t 10 %C3                               | UTF-8",
                "k | h 200; t 12 no such method                    | a status of NEW_GID",
                "k | h 200; t 13 no gid                            | a new gid can always be had",
                "k | h 200; t 2 Application error processing RPC   | server's inside",
                "k | h 200; t 13 java.lang.NullPointerException    | server's inside",
                "k | m gid                                         | begins with headers",
                "k | h 200; m gid; t 0; t 0                        | no call waits",
                "k | h 200; long                                   | longer than",
                "k | other                                         | no call waits",
                "k | odd                                           | nobody asked",
            })
    void shouldFindWhatIsWrongWithTheAnswerToAWholeCall(final char then, final String script, final String rule)
            throws Exception {
        serve(frames(script), then);
        final GrpcSender sender = sender();
        assertThatThrownBy(() -> {
                    sender.send(newGid());
                    // What comes behind an answer shows with the next call.
                    sender.send(newGid());
                })
                .isInstanceOf(BrokenRule.class)
                .hasMessageContaining(rule);
        sender.close();
    }

    @Test
    void shouldFindTheServerThatGoesOnBehindAForbiddenFrame() throws Exception {
        serve(new byte[0], 'k');
        final GrpcSender sender = sender();
        assertThatThrownBy(() -> sender.send(forbidden()))
                .isInstanceOf(BrokenRule.class)
                .hasMessageContaining("within");
        sender.close();
    }
}
