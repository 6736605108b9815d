package io.assent.loadtest.cli;

import io.assent.loadtest.generator.LoadPlan;
import io.assent.loadtest.generator.LoadReport;
import io.assent.loadtest.generator.SagaGenerator;
import io.assent.loadtest.generator.Sagas;
import io.assent.loadtest.net.Protocol;
import io.assent.loadtest.participant.Participant;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Loads one coordinator (or the forwarder) and prints the figures. */
@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Closed-loop load of the two-branch saga against a running coordinator or forwarder.",
            "Starts a participant of its own, whose calls of /TransIn tell how many sagas are completed."
        })
final class GenerateCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--target",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:36789",
            description = "the coordinator or forwarder (${DEFAULT-VALUE})")
    private URI target;

    @Option(
            names = "--participant-port",
            defaultValue = "36780",
            description = "where the participant listens (${DEFAULT-VALUE})")
    private int participantPort;

    @Option(names = "--no-wait", description = "submit without wait_result")
    private boolean notWaiting;

    @Option(
            names = "--connections",
            split = ",",
            defaultValue = "1,8,64",
            description = "connections, one run for each number (${DEFAULT-VALUE})")
    private List<Integer> connections;

    @Option(
            names = "--in-flight",
            defaultValue = "2048",
            description = "most open sagas without waiting (${DEFAULT-VALUE})")
    private int inFlight;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "3",
            description = "before measuring (${DEFAULT-VALUE})")
    private int warmUp;

    @Option(names = "--seconds", defaultValue = "10", description = "measured time of each run (${DEFAULT-VALUE})")
    private int seconds;

    @Override
    public Integer call() throws InterruptedException {
        final PrintWriter out = spec.commandLine().getOut();
        long errors = 0;
        try (Participant participant = Participant.start(participantPort)) {
            for (final int count : connections) {
                final LoadReport report = new SagaGenerator(
                                new LoadPlan(
                                        Sagas.ofTwoBranches(
                                                Protocol.HTTP,
                                                target.getHost(),
                                                target.getPort(),
                                                participant.url(),
                                                !notWaiting),
                                        count,
                                        inFlight,
                                        Duration.ofSeconds(warmUp),
                                        Duration.ofSeconds(seconds)),
                                participant::lastBranches)
                        .run();
                out.println((notWaiting ? "not waiting" : "waiting") + ", " + count + " connections: " + report);
                out.flush();
                errors += report.errorCount();
            }
        }
        return errors == 0 ? 0 : 1;
    }
}
