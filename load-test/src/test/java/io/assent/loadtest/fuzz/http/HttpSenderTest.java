package io.assent.loadtest.fuzz.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.loadtest.fuzz.BranchUrls;
import io.assent.loadtest.fuzz.BrokenRule;
import io.assent.loadtest.fuzz.Tally;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The judge against servers that do one thing wrong, whatever they are asked. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HttpSenderTest {

    private static final BranchUrls URLS = new BranchUrls("127.0.0.1:41001", "127.0.0.1:41002", "127.0.0.1:41003");
    private static final InputGenerator GENERATOR = new InputGenerator(3, URLS);
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n";

    private ServerSocket listener;

    @AfterEach
    void stop() throws IOException {
        listener.close();
    }

    /** Answers the first bytes of each connection with these, and then ends it, breaks it or keeps it. */
    private void serve(final String answer, final char then) throws IOException {
        listener = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        final Thread thread = new Thread(() -> {
            while (!listener.isClosed()) {
                try {
                    final Socket socket = listener.accept();
                    // Before it breaks too: a break that meets the sender writing looks like an end to its reader.
                    socket.getInputStream().read(new byte[1 << 16]);
                    socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                    if (then == 'b') {
                        socket.setSoLinger(true, 0);
                    }
                    if (then != 'k') {
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

    private HttpSender sender() {
        return new HttpSender(GENERATOR, listener.getLocalPort(), Duration.ofMillis(300), new Tally());
    }

    /** The first input that is one whole request whose answer has a body and keeps the connection. */
    private static long plain() {
        long number = 0;
        while (!isPlain(GENERATOR.input(number))) {
            number++;
        }
        return number;
    }

    private static boolean isPlain(final HttpInput input) {
        final Piece first = input.pieces().get(0);
        return input.kind() == InputKind.DOCUMENTED && first.shape() == Piece.Shape.PLAIN && input.segments() == 1;
    }

    private static long refused() {
        long number = 0;
        while (GENERATOR.input(number).pieces().get(0).must() != Piece.Must.REFUSE
                || GENERATOR.input(number).kind() == InputKind.LARGE) {
            number++;
        }
        return number;
    }

    @Test
    void shouldTakeAWholeAnswerAndUseTheConnectionOn() throws Exception {
        serve(OK + OK, 'k');
        final Tally tally = new Tally();
        try (HttpSender sender = new HttpSender(GENERATOR, listener.getLocalPort(), Duration.ofSeconds(30), tally)) {
            sender.send(plain());
            sender.send(plain());
        }
        assertThat(tally.connections()).isEqualTo(1);
        assertThat(tally.answers()).containsEntry("200", 2L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "k | ''                                                                           | within",
                "e | ''                                                                           | must be answered",
                "b | ''                                                                           | not break it",
                "e | HTTP/1.1 200 OK~~                                                            | malformed",
                "e | HTTP/1.1 200 OK~Content-Type: a~Content-Length: 5~~x                         | malformed",
                "e | HTTP/1.1 502 X~Content-Type: a~Content-Length: 0~~                           | a status must be one of",
                "e | HTTP/1.1 100 Continue~~                                                      | interim answer",
                "e | HTTP/1.1 200 OK~Content-Type: a~Content-Length: 0~Connection: close~~        | nobody asked",
                "e | HTTP/1.1 404 X~Content-Type: a~Content-Length: 0~Connection: close~~HTTP     | more bytes came",
                "k | HTTP/1.1 404 X~Content-Type: a~Content-Length: 0~Connection: close~~         | within",
            })
    void shouldFindWhatIsWrongWithTheAnswerToAWholeRequest(final char then, final String answer, final String rule)
            throws IOException {
        serve(answer.replace("~", "\r\n"), then);
        final HttpSender sender = sender();
        assertThatThrownBy(() -> sender.send(plain()))
                .isInstanceOf(BrokenRule.class)
                .hasMessageContaining(rule);
        sender.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "e | HTTP/1.1 200 OK~Content-Type: a~Content-Length: 0~~                   | by a 4xx that closes",
                "e | HTTP/1.1 400 X~Content-Type: a~Content-Length: 0~~                    | by a 4xx that closes",
                "e | ''                                                                    | without a word",
                "k | ''                                                                    | within",
            })
    void shouldFindWhatIsWrongWithARefusal(final char then, final String answer, final String rule) throws IOException {
        serve(answer.replace("~", "\r\n"), then);
        final HttpSender sender = sender();
        assertThatThrownBy(() -> sender.send(refused()))
                .isInstanceOf(BrokenRule.class)
                .hasMessageContaining(rule);
        sender.close();
    }

    @Test
    void shouldFindTheAnswerThatIsMissingInAPipeline() throws Exception {
        long number = 0;
        while (GENERATOR.input(number).kind() != InputKind.PIPELINE
                || GENERATOR.input(number).pieces().size() < 5) {
            number++;
        }
        serve(OK + OK + OK, 'k');
        final long pipeline = number;
        final HttpSender sender = sender();
        assertThatThrownBy(() -> sender.send(pipeline)).isInstanceOf(BrokenRule.class);
        sender.close();
    }
}
