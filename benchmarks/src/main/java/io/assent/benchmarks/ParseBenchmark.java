package io.assent.benchmarks;

import io.assent.engine.Submission;
import io.assent.transport.front.BodyReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The body of a two-step saga's submit, from bytes to a checked and encoded submission. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ParseBenchmark {
    private final byte[] body = ("{\"gid\":\"4nXUi2VBFcPvwnbm8NP9BR\",\"trans_type\":\"saga\",\"steps\":["
                    + "{\"action\":\"http://127.0.0.1:8081/api/busi/TransOut\",\"compensate\":\"http://127.0.0.1:8081/api/busi/TransOutRevert\"},"
                    + "{\"action\":\"http://127.0.0.1:8081/api/busi/TransIn\",\"compensate\":\"http://127.0.0.1:8081/api/busi/TransInRevert\"}],"
                    + "\"payloads\":[\"{\\\"amount\\\":30}\",\"{\\\"amount\\\":30}\"],\"wait_result\":true,\"concurrent\":false}")
            .getBytes(StandardCharsets.UTF_8);
    private final BodyReader reader = new BodyReader();

    @Benchmark
    public Submission parse() {
        return reader.submission(body, body.length);
    }
}
