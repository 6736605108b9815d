package io.assent.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.server.cli.Main;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Far more idle clients than the process may open files: nobody else notices. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class IdleClientsTest {
    private static final int FILES = 1_024;
    private static final int IDLE_CLIENTS = 1_000;
    /** More of them than fit into one file of the journal. */
    private static final int LARGE_SAGAS = 95;

    private static final int LARGE = 3_000_000;
    private static final Duration GENEROUS = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final Participant participant = new Participant();
    private final List<Process> started = new ArrayList<>();
    private final List<Socket> idle = new ArrayList<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private String base;

    @AfterEach
    void stop() throws IOException {
        for (Socket socket : idle) {
            socket.close();
        }
        started.forEach(Process::destroyForcibly);
        participant.close();
    }

    private Path output() {
        return directory.resolve("output-" + started.size() + ".txt");
    }

    private Process serving() throws Exception {
        List<String> command = new ArrayList<>(List.of("bash", "-c", "ulimit -n " + FILES + " && exec \"$@\"", "bash"));
        command.addAll(ChildJvm.command(
                List.of("-Xmx512m"), Main.class, "serve", "--data", "d", "--http-port", "0", "--grpc-port", "0"));
        Path output = directory.resolve("output-" + (started.size() + 1) + ".txt");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        started.add(process);
        while (!said().contains("only this machine is served")) {
            assertThat(process.isAlive()).as(said()).isTrue();
            TimeUnit.MILLISECONDS.sleep(20);
        }
        base = found("assent serves (http://\\S+)/api");
        return process;
    }

    private String said() throws IOException {
        return Files.readString(output());
    }

    private String found(String pattern) throws IOException {
        return said().replaceAll("(?s).*" + pattern + ".*", "$1");
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.timeout(GENEROUS).build(), BodyHandlers.ofString());
    }

    private String get(String path) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(base + path))).body();
    }

    private void shouldSucceed(String gid, String payload) throws Exception {
        String saga = "{\"gid\":\"" + gid + "\",\"trans_type\":\"saga\",\"wait_result\":true,\"steps\":[{\"action\":\""
                + participant.url("act") + "\"}],\"payloads\":[\"" + payload + "\"]}";
        HttpResponse<String> response = send(
                HttpRequest.newBuilder(URI.create(base + "/api/dtmsvr/submit")).POST(BodyPublishers.ofString(saga)));
        assertThat(response.statusCode()).as(gid + ": " + response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("X-Assent-Status")).hasValue("succeed");
    }

    /** Connections count as idle when they have been so for a moment: until then one more is closed, and its client comes again. */
    private void firstServed() throws Exception {
        while (true) {
            try {
                shouldSucceed("first", "{}");
                return;
            } catch (IOException turnedAway) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
    }

    private void connectIdle(int port, int clients) throws IOException {
        for (int i = 0; i < clients; i++) {
            idle.add(new Socket(InetAddress.getLoopbackAddress(), port));
        }
    }

    private static String probe(int port, String path) {
        return RawClient.exchange(port, "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    }

    private static void shouldAnswerProbes(int port) {
        assertThat(probe(port, "/healthz")).startsWith("HTTP/1.1 200 ");
        assertThat(probe(port, "/readyz")).startsWith("HTTP/1.1 200 ").endsWith("serving");
        assertThat(probe(port, "/api/ping")).startsWith("HTTP/1.1 200 ");
        assertThat(probe(port, "/api/dtmsvr/version")).startsWith("HTTP/1.1 200 ");
        assertThat(probe(port, "/api/metrics")).startsWith("HTTP/1.1 200 ").contains("assent_client_connections ");
    }

    private long journalFiles() throws IOException {
        try (var files = Files.walk(directory.resolve("d/journal"))) {
            return files.filter(path -> path.toString().endsWith(".cq4")).count();
        }
    }

    @Test
    void shouldGoOnWhileMoreClientsAreIdleThanTheProcessMayOpenFiles() throws Exception {
        Process server = serving();
        // 768 files are shared out, of which HTTP clients and gRPC clients have three eighths each.
        assertThat(said()).contains("the process may open 1024 files, so ConnectionsMax is 288 and not 10000");
        int port = URI.create(base).getPort();
        int grpcPort = Integer.parseInt(found(" and grpc \\S+:(\\d+)"));
        int adminPort = Integer.parseInt(found("probes on port (\\d+)"));
        connectIdle(port, IDLE_CLIENTS);
        connectIdle(grpcPort, IDLE_CLIENTS);
        connectIdle(adminPort, IDLE_CLIENTS);
        shouldAnswerProbes(adminPort);
        // A new client is served, and branches are called.
        firstServed();
        assertThat(get("/api/metrics").lines())
                .as("as many as there may be")
                .contains("assent_client_connections 288.0", "assent_grpc_client_connections 288.0");

        long files = journalFiles();
        String payload = "{\\\"a\\\":\\\"" + "x".repeat(LARGE) + "\\\"}";
        for (int i = 0; i < LARGE_SAGAS; i++) {
            shouldSucceed("large" + i, payload);
        }
        assertThat(journalFiles()).as("the journal went on in a new file").isGreaterThan(files);
        shouldAnswerProbes(adminPort);

        server.destroy();
        assertThat(server.waitFor(60, TimeUnit.SECONDS)).as(said()).isTrue();
        assertThat(server.exitValue()).as(said()).isZero();
        assertThat(said())
                .contains("stopped")
                .doesNotContain("Too many open files", "disk", "FreeDiskMin", "Exception", "ERROR", "\tat ");
        serving();
        assertThat(get("/api/dtmsvr/query?gid=large" + (LARGE_SAGAS - 1))).contains("succeed");
    }
}
