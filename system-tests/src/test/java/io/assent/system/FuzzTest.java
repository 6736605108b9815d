package io.assent.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.loadtest.fuzz.BrokenRule;
import io.assent.loadtest.fuzz.FuzzConfig;
import io.assent.loadtest.fuzz.FuzzResult;
import io.assent.loadtest.fuzz.FuzzRun;
import io.assent.loadtest.fuzz.FuzzSender;
import io.assent.loadtest.fuzz.FuzzSource;
import io.assent.loadtest.fuzz.Measurement.Quantity;
import io.assent.loadtest.fuzz.Tally;
import io.assent.loadtest.fuzz.grpc.GrpcSource;
import io.assent.loadtest.fuzz.http.HttpSource;
import io.assent.loadtest.process.ServerCommand;
import io.assent.server.cli.Main;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real server process and what no client should send: the short form of {@code bin/load-test fuzz}. Heap and direct memory are left to the long
 * form, because they have not come to rest after a tenth of a short one. {@code -Dassent.fuzz.requests} and {@code -Dassent.fuzz.seed} make it longer and
 * repeat a seed.
 */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class FuzzTest {
    private static final long REQUESTS = Long.getLong("assent.fuzz.requests", 20_000);
    private static final long GRPC_REQUESTS = Long.getLong("assent.fuzz.requests", 5_000);
    private static final long SEED = 20_261_125;
    private static final int CONTROL_EVERY = 5_000;
    private static final int CONNECTIONS = 16;

    @TempDir
    Path work;

    private static ServerCommand server(Class<?> main) {
        return ChildJvm.server(List.of("-Xmx512m", "-Dio.netty.leakDetection.level=advanced"), main);
    }

    private FuzzResult run(Class<?> main, long seed, long requests, Quantity... judged) throws Exception {
        return run(main, HttpSource::new, seed, requests, judged);
    }

    private FuzzResult run(Class<?> main, FuzzSource.Factory source, long seed, long requests, Quantity... judged)
            throws Exception {
        FuzzConfig config = FuzzConfig.of(server(main), work, seed, requests)
                .paced(CONTROL_EVERY, CONNECTIONS)
                .judged("fsync", Set.of(judged));
        FuzzResult result = new FuzzRun(config, source, System.out::println).run();
        System.out.println(result.table());
        return result;
    }

    @Test
    void shouldAnswerOrRefuseWhateverComesAndGoOnServing() throws Exception {
        FuzzResult result = run(Main.class, SEED, REQUESTS, Quantity.DESCRIPTORS);
        assertThat(result.passed()).as(result.table()).isTrue();
        assertThat(result.sent()).isEqualTo(REQUESTS);
        assertThat(result.remains().controlSagas()).isGreaterThan(REQUESTS / CONTROL_EVERY);
        assertThat(result.tally().answers())
                .as("a run of refusals alone proves little")
                .containsKeys("200", "409");
        assertThat(result.remains().calls())
                .as("branch calls that inputs have caused")
                .isGreaterThan(REQUESTS / 50);
        assertThat(result.tally().answers().getOrDefault("503", 0L)).isLessThan(REQUESTS / 20);
    }

    @Test
    void shouldDoSoWithAnySeed() throws Exception {
        long seed = Long.getLong("assent.fuzz.seed", ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE));
        System.out.println("seed " + seed);
        FuzzResult result = run(Main.class, seed, REQUESTS / 4);
        assertThat(result.passed()).as(result.table()).isTrue();
    }

    /** Descriptors are left to the long form too: at rest the server keeps connections to participants for a minute. */
    @Test
    void shouldDoSoOverGrpc() throws Exception {
        FuzzResult result = run(Main.class, GrpcSource::new, SEED, GRPC_REQUESTS);
        assertThat(result.passed()).as(result.table()).isTrue();
        assertThat(result.sent()).isEqualTo(GRPC_REQUESTS);
        assertThat(result.tally().answers())
                .as("a run of refusals alone proves little")
                .containsKeys("grpc 0", "grpc 10", "end");
        assertThat(result.remains().calls())
                .as("branch calls that inputs have caused")
                .isGreaterThan(GRPC_REQUESTS / 50);
        assertThat(result.tally().answers().getOrDefault("grpc 8", 0L)).isLessThan(GRPC_REQUESTS / 20);
    }

    @Test
    void shouldFindTheServerThatLeaksDescriptors() throws Exception {
        FuzzResult result = run(LeakyServer.class, SEED, 1_000, Quantity.DESCRIPTORS);
        assertThat(result.failure()).isEmpty();
        assertThat(result.grown()).as(result.table()).containsExactly(Quantity.DESCRIPTORS);
        assertThat(result.passed()).isFalse();
    }

    @Test
    void shouldFindTheGrpcPortWhereNobodyAnswers() throws Exception {
        FuzzResult result = run(Main.class, AtTheWrongPort::new, SEED, 1);
        assertThat(result.failure()).isPresent();
        assertThat(result.failure().get().rule()).contains("a frame must not be longer than");
    }

    /** HTTP answers there, and its first bytes are no frame. */
    private static final class AtTheWrongPort implements FuzzSource {
        private final GrpcSource source;

        AtTheWrongPort(FuzzSource.Surroundings right) {
            source = new GrpcSource(new FuzzSource.Surroundings(
                    right.seed(), right.port(), right.port(), right.branches(), right.answerLimit()));
        }

        @Override
        public String protocol() {
            return source.protocol();
        }

        @Override
        public FuzzSender sender(Tally tally) {
            return source.sender(tally);
        }

        @Override
        public void mustServe() throws BrokenRule, IOException {
            source.mustServe();
        }

        @Override
        public String show(long number) {
            return source.show(number);
        }
    }

    @Test
    void shouldFindTheCallThatWouldLeaveTheMachineAndLetItGoNowhere() throws Exception {
        FuzzResult result = run(Main.class, Abroad::new, SEED, 1);
        assertThat(result.failure()).isPresent();
        assertThat(result.failure().get().rule())
                .contains("no branch call must leave the loopback address")
                .contains("example.test");
    }

    /** A saga to another host, as no input may hold it. */
    private record Abroad(FuzzSource.Surroundings surroundings) implements FuzzSource {
        private static final String SAGA =
                "{\"gid\":\"abroad\",\"trans_type\":\"saga\",\"wait_result\":true,\"payloads\":[\"\"],"
                        + "\"steps\":[{\"action\":\"http://example.test/\"}]}";

        @Override
        public String protocol() {
            return "a call abroad";
        }

        @Override
        public FuzzSender sender(Tally tally) {
            return new FuzzSender() {
                @Override
                public void send(long number) {
                    RawClient.exchange(
                            surroundings.port(),
                            "POST /api/dtmsvr/submit HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: "
                                    + SAGA.length() + "\r\n\r\n" + SAGA);
                }

                @Override
                public void abort() {
                    // Its only request has a time-out of its own.
                }

                @Override
                public void close() {
                    // Nothing is kept.
                }
            };
        }

        @Override
        public String show(long number) {
            return SAGA;
        }
    }
}
