package io.assent.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.assent.server.cli.Main;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands as processes: how they start, what they say, how they end (SAFETY, Start and stop). */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ProcessTest {
    @TempDir
    Path directory;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void killWhatIsLeft() {
        started.forEach(Process::destroyForcibly);
    }

    private Process start(String... arguments) throws IOException {
        Process process = new ProcessBuilder(ChildJvm.command(List.of("-Xmx256m"), Main.class, arguments))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output(started.size()).toFile())
                .start();
        started.add(process);
        return process;
    }

    private Path output(int number) {
        return directory.resolve("output-" + number + ".txt");
    }

    private String said(Process process) throws IOException {
        return Files.readString(output(started.indexOf(process)), StandardCharsets.UTF_8);
    }

    private void shouldEnd(Process process, int code, String... words) throws Exception {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said(process)).isEqualTo(code);
        assertThat(said(process)).contains(words).doesNotContain("\tat io.assent");
    }

    private Process serving(String... arguments) throws Exception {
        Process process = start(arguments);
        // The last line of a start; "assent serves" may stand there alone for a moment.
        while (!said(process).contains("only this machine is served")) {
            assertThat(process.isAlive()).as(said(process)).isTrue();
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return process;
    }

    @Test
    void shouldShowTheQuickStartAlsoWithTheDefaultPortTaken() throws Exception {
        try (ServerSocket taken = occupyDefaultPort()) {
            for (int i = 0; i < 2; i++) {
                Process process = start("quickstart");
                shouldEnd(
                        process, 0, "3. compensate TransInUndo  -> 200", "after {alice=70, bob=130}", "That is a saga");
            }
            assertThat(taken == null || taken.isBound()).isTrue();
        }
    }

    /** Null when somebody else has it already, which serves as well. */
    private static ServerSocket occupyDefaultPort() {
        try {
            return new ServerSocket(36_789, 1, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            return null;
        }
    }

    @Test
    void shouldStopOnASignalAndStartAgain() throws Exception {
        Process first = serving("serve", "--data", "d", "--http-port", "0", "--grpc-port", "0");
        assertThat(said(first)).contains("assent serves", "boot 1", "durability fsync", "only this machine is served");
        first.destroy();
        shouldEnd(first, 0, "stopping", "stopped");
        Process second = serving("serve", "--data", "d", "--http-port", "0", "--grpc-port", "0");
        assertThat(said(second)).contains("boot 2");
        shouldEnd(start("journal", "verify", "--data", "d"), 0, "sound");
        shouldEnd(start("tx", "none", "--data", "d"), 1, "does not know gid 'none'");
        shouldEnd(
                start("serve", "--data", "d", "--http-port", "0", "--grpc-port", "0"),
                11,
                "is in use by process " + second.pid());
    }

    @Test
    void shouldTellWhoActedAndWhyInTheLifeOfATransaction() throws Exception {
        Process server = serving("serve", "--data", "d", "--http-port", "0", "--grpc-port", "0");
        String base = said(server).replaceAll("(?s).*assent serves (http://\\S+).*", "$1");
        for (String gid : new String[] {"g", "other"}) {
            act(
                    base + "/submit",
                    "{\"gid\":\"" + gid + "\",\"trans_type\":\"msg\",\"custom_data\":\"{\\\"delay\\\":500}\"}",
                    "");
        }
        act(base + "/resetNextCronTime", "{\"gid\":\"g\"}", "first");
        act(base + "/resetCronTime?limit=100", null, "second");
        act(base + "/forceStop", "{\"gid\":\"g\"}", "third \"x\"");
        server.destroy();
        shouldEnd(
                server,
                0,
                "resetNextCronTime of gid 'g' by 'ann', reason: 'first'",
                "resetCronTime (1 due at once) by 'ann', reason: 'second'",
                "forceStop of gid 'g' by 'ann', reason: 'third \"x\"'",
                "stopped");
        Process life = start("tx", "g", "--data", "d");
        shouldEnd(life, 0, "g created as msg submitted");
        assertThat(said(life).lines().map(line -> line.replaceAll("^\\d+ (\\S+Z )?", "")))
                .containsSubsequence(
                        "caused by \"ann\", reason \"first\"",
                        "g everything that waits is due now",
                        "caused by \"ann\", reason \"third \\\"x\\\"\"",
                        "g finished: failed, stopped by force");
        shouldEnd(start("tx", "other", "--data", "d"), 0, "caused by \"ann\", reason \"second\"", "other everything");
    }

    /** The whole output of a server, with a transaction that goes well, one that does not, and a client that speaks no protocol. */
    @Test
    void shouldLogWhatAnOperatorNeedsAndNothingOfWhatGoesWell() throws Exception {
        Process server = serving("serve", "--data", "d", "--http-port", "0", "--grpc-port", "0");
        String base = said(server).replaceAll("(?s).*assent serves (http://\\S+).*", "$1");
        int grpcPort = Integer.parseInt(said(server).replaceAll("(?s).* and grpc \\S+:(\\d+).*", "$1"));
        act(
                base + "/submit",
                "{\"gid\":\"well\",\"trans_type\":\"msg\",\"steps\":[{\"action\":\"\"}],\"payloads\":[\"\"]}",
                "");
        int nobody;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = closed.getLocalPort();
        }
        String url = "http://127.0.0.1:" + nobody + "/secret?token=t";
        act(
                base + "/submit",
                "{\"gid\":\"ill\",\"trans_type\":\"msg\",\"steps\":[{\"action\":\"" + url
                        + "\"}],\"payloads\":[\"{\\\"pan\\\":\\\"4711\\\"}\"],\"branch_headers\":{\"Auth\":\"key\"}}",
                "");
        try (Socket garbage = new Socket(InetAddress.getLoopbackAddress(), grpcPort)) {
            garbage.getOutputStream()
                    .write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n!!!!!!!!!!!!!!!!".getBytes(StandardCharsets.US_ASCII));
            garbage.getOutputStream().flush();
            garbage.shutdownOutput();
            garbage.getInputStream().readAllBytes();
        }
        while (!said(server).contains("begins to fail")) {
            assertThat(server.isAlive()).as(said(server)).isTrue();
            TimeUnit.MILLISECONDS.sleep(20);
        }
        act(base + "/forceStop", "{\"gid\":\"ill\"}", "for good");
        server.destroy();
        shouldEnd(
                server,
                0,
                "branch 01 action of gid 'ill' begins to fail at http://127.0.0.1:" + nobody + ", call 1: ",
                "forceStop of gid 'ill' by 'ann', reason: 'for good'",
                "branch 01 action of gid 'ill', which failed at http://127.0.0.1:" + nobody
                        + ", is not called any more: the transaction ended as failed");
        assertThat(said(server)).doesNotContain("'well'", "4711", "Auth", "key", "Exception", "\tat ");
        assertThat(said(server).lines())
                .as("every line has a time and a level")
                .allMatch(line -> line.matches("\\d{4}-\\d\\d-\\d\\dT\\S+ (INFO |WARN ) .*"));
    }

    @Test
    void shouldLogRefusalsWithTheirGidWhenAskedToDebug() throws Exception {
        Process server = serving("serve", "--data", "d", "--http-port", "0", "--grpc-port", "0", "--debug");
        String base = said(server).replaceAll("(?s).*assent serves (http://\\S+).*", "$1");
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + "/forceStop"))
                .timeout(Duration.ofSeconds(30))
                .POST(BodyPublishers.ofString("{\"gid\":\"nobody\"}"))
                .build();
        HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        server.destroy();
        shouldEnd(server, 0, "forcestop of gid 'nobody' is answered ERROR (gid.unknown): no TransGlobal");
    }

    /** The pause is longer than the time-outs of the call and of the transaction; the reply came within both. */
    @ParameterizedTest
    @ValueSource(strings = {"loop", "thread"})
    void shouldCountAReplyThatCameWhileTheProcessStoodStill(String drain) throws Exception {
        Process server = serving("serve", "--data", "d", "--http-port", "0", "--grpc-port", "0", "--drain", drain);
        String base = said(server).replaceAll("(?s).*assent serves (http://\\S+).*", "$1");
        try (Participant participant = new Participant()) {
            Semaphore gate = participant.gate("action");
            act(
                    base + "/submit",
                    "{\"gid\":\"g\",\"trans_type\":\"saga\",\"timeout_to_fail\":10,\"request_timeout\":9,\"steps\":[{\"action\":\""
                            + participant.url("action") + "\"}],\"payloads\":[\"{}\"]}",
                    "");
            while (participant.calls().isEmpty()) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            signal(server, "STOP");
            gate.release();
            TimeUnit.SECONDS.sleep(12);
            signal(server, "CONT");
            String record = "";
            while (!record.contains("\"trans_type\":\"saga\",\"status\":\"succeed\"")) {
                record = HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create(base + "/query?gid=g"))
                                        .build(),
                                BodyHandlers.ofString())
                        .body();
                assertThat(record).doesNotContain("aborting", "failed", "Timeout after");
            }
            assertThat(participant.calls()).containsExactly("action");
        }
    }

    private static void signal(Process process, String name) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
        assertThat(kill.waitFor()).isZero();
    }

    private static void act(String url, String body, String reason) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(30));
        if (!reason.isEmpty()) {
            request.header("X-Assent-Actor", "ann").header("X-Assent-Reason", reason);
        }
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        (body == null ? request.GET() : request.POST(BodyPublishers.ofString(body))).build(),
                        BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    }

    @Test
    void shouldRefuseWhatItCanNotDoWithOneSentenceAndItsCode() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            shouldEnd(
                    start("serve", "--data", "d", "--http-port", "" + taken.getLocalPort(), "--grpc-port", "0"),
                    12,
                    "could not listen on 127.0.0.1:" + taken.getLocalPort());
        }
        shouldEnd(
                start("serve", "--data", "/proc/no", "--http-port", "0", "--grpc-port", "0"),
                10,
                "/proc/no is not writable");
        shouldEnd(start("serve", "--http-port", "x"), 2, "HttpPort must be an integer");
        shouldEnd(start("serve", "--set", "HtpPort=1"), 2, "there is no setting HtpPort; is HttpPort meant?");
        shouldEnd(start("serve", "-c", "none.yml"), 2, "configuration file none.yml does not exist");
        shouldEnd(
                start("serve", "--bind", "no.such.host.invalid"),
                2,
                "BindAddress: 'no.such.host.invalid' is no address");
        Files.writeString(directory.resolve("bad.jks"), "no store");
        shouldEnd(start("serve", "--http-port", "0", "--grpc-port", "0", "--set", "TrustStore=bad.jks"), 2, "bad.jks");
        shouldEnd(start("serve", "--no-such"), 2, "Unknown option: '--no-such'");
        shouldEnd(start("serve", "--help"), 0, "--durability", "--clock", "Exit codes");
        Process manual = serving("serve", "--data", "m", "--http-port", "0", "--grpc-port", "0", "--clock", "manual");
        manual.destroy();
        shouldEnd(manual, 0, "stopped");
        shouldEnd(
                start("serve", "--data", "m", "--http-port", "0", "--grpc-port", "0"),
                17,
                "belongs to a server with a manual clock");
    }

    @Test
    void shouldPrintTheEffectiveSettingsAndHelp() throws Exception {
        Process config = start("config", "--set", "TrustStorePassword=secret", "--http-port", "7");
        shouldEnd(
                config,
                0,
                "HttpPort: 7  # command line",
                "RetryInterval: 10  # default",
                "TrustStorePassword: ***  # command line");
        assertThat(said(config)).doesNotContain("secret");
        shouldEnd(start("config", "--set", "RetryInterval=1"), 2, "RetryInterval must be between 10");
        shouldEnd(start("help"), 0, "quickstart", "config", "journal");
        shouldEnd(start("help", "serve"), 0, "--durability", "--set");
    }

    /** The first request of the README, with the ports of this test. */
    @Test
    void shouldAnswerTheFirstRequestOfTheReadme() throws Exception {
        String readme = Files.readString(Path.of("..", "README.md"));
        String body = readme.replaceAll("(?s).*?/api/dtmsvr/submit -d '(.*?)'.*", "$1");
        Process bank = start("participant", "--port", "0");
        while (!said(bank).contains("TransInUndo}")) {
            assertThat(bank.isAlive()).as(said(bank)).isTrue();
            TimeUnit.MILLISECONDS.sleep(20);
        }
        String participant = said(bank).replaceAll("(?s).*at http://([^/]+)/.*", "$1");
        Process server = serving("serve", "--data", "d", "--http-port", "0", "--grpc-port", "0");
        String base = said(server).replaceAll("(?s).*assent serves (http://\\S+).*", "$1");
        act(base + "/submit", body.replace("localhost:8081", participant), "");
        server.destroy();
        shouldEnd(server, 0, "stopped");
        while (!said(bank).contains("bob=130")) {
            assertThat(bank.isAlive()).as(said(bank)).isTrue();
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertThat(said(bank))
                .contains(
                        "g1: action TransOut is answered 200, balances {alice=70, bob=100}",
                        "g1: action TransIn is answered 200, balances {alice=70, bob=130}");
    }

    @Test
    void shouldListenOnSeveralAddressesAndWarnOnlyWhenOtherMachinesAreServed() throws Exception {
        Process server = serving(
                "serve", "--data", "d", "--http-port", "0", "--grpc-port", "0", "--bind", "127.0.0.1,127.0.0.2");
        int port = Integer.parseInt(said(server).replaceAll("(?s).*assent serves http://127.0.0.1:(\\d+)/.*", "$1"));
        int grpcPort = Integer.parseInt(said(server).replaceAll("(?s).* and grpc 127.0.0.1:(\\d+) .*", "$1"));
        for (String address : new String[] {"127.0.0.1", "127.0.0.2"}) {
            new Socket(address, port).close();
            new Socket(address, grpcPort).close();
        }
        server.destroy();
        shouldEnd(server, 0, "on 127.0.0.1 and 127.0.0.2", "stopped");
        assertThat(said(server)).doesNotContain("WARN");
    }

    @Test
    void shouldRefuseADamagedJournalNamingThePlace() throws Exception {
        Process sound = serving("serve", "--data", "d", "--http-port", "0", "--grpc-port", "0");
        sound.destroy();
        shouldEnd(sound, 0, "stopped");
        Path file = journalFile();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer head = ByteBuffer.allocate(256 << 10);
            channel.read(head, 0);
            String bytes = new String(head.array(), StandardCharsets.ISO_8859_1);
            int second = bytes.indexOf("ASJ1", bytes.indexOf("ASJ1") + 4);
            channel.write(ByteBuffer.wrap(new byte[] {'?'}), second + 45);
        }
        shouldEnd(
                start("serve", "--data", "d", "--http-port", "0", "--grpc-port", "0"),
                14,
                "journal damaged",
                "offset",
                "position 1");
        shouldEnd(start("journal", "verify", "--data", "d"), 1, "NOT SOUND");
    }

    @Test
    void shouldStopWithinASecondWhenItsFilesAreTakenAway() throws Exception {
        String[] serve = {"serve", "--data", "d", "--http-port", "0", "--grpc-port", "0"};
        Process withoutFile = serving(serve);
        Path file = journalFile();
        Path aside = Files.move(file, directory.resolve("aside"));
        shouldEnd(withoutFile, 19, file.getFileName() + " was removed while the server used it");
        Files.move(aside, file);

        Process withoutDirectory = serving(serve);
        Files.move(directory.resolve("d"), directory.resolve("elsewhere"));
        shouldEnd(withoutDirectory, 19, "was removed while the server used it");
        Files.move(directory.resolve("elsewhere"), directory.resolve("d"));

        Process withoutLock = serving(serve);
        Files.delete(directory.resolve("d/server.lock"));
        Process second = start(serve);
        shouldEnd(withoutLock, 19, "server.lock was re");
        second.destroyForcibly().waitFor();
        serving(serve).destroyForcibly();
    }

    private Path journalFile() throws IOException {
        try (var files = Files.walk(directory.resolve("d/journal"))) {
            return files.filter(path -> path.toString().endsWith(".cq4") && !path.endsWith("99991231-23F.cq4"))
                    .max(Comparator.comparing(Path::getFileName))
                    .orElseThrow();
        }
    }

    @Test
    void shouldRefuseADirectoryThatLacksAPart() throws Exception {
        Process sound = serving("serve", "--data", "d", "--http-port", "0", "--grpc-port", "0");
        sound.destroy();
        shouldEnd(sound, 0, "stopped");
        String[] serve = {"serve", "--data", "d", "--http-port", "0", "--grpc-port", "0"};
        for (String part : new String[] {"assent.properties", "durable.mark", "journal"}) {
            Path taken = Files.move(directory.resolve("d").resolve(part), directory.resolve("taken"));
            shouldEnd(start(serve), 14, "journal damaged", part);
            shouldEnd(start("journal", "verify", "--data", "d"), 1, "journal damaged", "NOT SOUND");
            Files.move(taken, directory.resolve("d").resolve(part));
        }
        shouldEnd(
                start("serve", "--data", "d", "--http-port", "0", "--grpc-port", "0", "--clock", "manual"),
                17,
                "belongs to a server with a real clock");
    }

    @Test
    void shouldSayThatTheDiskIsFullWhenItCanNotStartForThat() throws Exception {
        Path mount = Files.createDirectory(directory.resolve("mount"));
        assumeTrue(
                new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", mount.toString())
                                .start()
                                .waitFor()
                        == 0,
                "mounting a tmpfs is not permitted here");
        String[] serve = {"serve", "--data", "mount/d", "--http-port", "0", "--grpc-port", "0"};
        try {
            Process first = serving(serve);
            first.destroyForcibly().waitFor();
            Path ballast = mount.resolve("ballast");
            // The space of the file after the next would be enough for a start.
            Files.deleteIfExists(mount.resolve("d/journal/boot-1/next.zeros"));
            for (int free : new int[] {0, 64 << 10, 512 << 10}) {
                Files.deleteIfExists(ballast);
                fill(ballast, free);
                shouldEnd(start(serve), 18, "the disk is full");
            }
            Files.delete(ballast);
            serving(serve).destroyForcibly().waitFor();
        } finally {
            new ProcessBuilder("umount", "-l", mount.toString()).start().waitFor();
        }
    }

    /** Takes all of a disk but {@code free} bytes. */
    private static void fill(Path ballast, int free) throws IOException {
        try (FileChannel channel = FileChannel.open(ballast, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            long size = 0;
            try {
                while (channel.write(ByteBuffer.allocate(4_096), size) > 0) {
                    size += 4_096;
                }
            } catch (IOException full) {
                channel.truncate(size - free);
            }
        }
    }
}
