package io.assent.benchmarks;

import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs every benchmark, or with arguments those whose name matches one of them (regular expressions). */
public final class Benchmarks {

    private Benchmarks() {}

    public static void main(String[] names) throws RunnerException {
        OptionsBuilder options = new OptionsBuilder();
        for (String name : names.length == 0 ? new String[] {"io.assent.benchmarks.*"} : names) {
            options.include(name);
        }
        options.addProfiler(GCProfiler.class)
                .forks(1)
                .warmupIterations(3)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(3)
                .measurementTime(TimeValue.seconds(1))
                .resultFormat(ResultFormatType.JSON)
                .result("benchmarks/target/jmh.json");
        for (String flag : System.getProperty("assent.jvm.flags", "").split(" ")) {
            if (!flag.isEmpty()) {
                options.jvmArgsAppend(flag);
            }
        }
        new Runner(options.build()).run();
    }
}
