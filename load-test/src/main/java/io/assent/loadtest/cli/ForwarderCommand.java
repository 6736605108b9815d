package io.assent.loadtest.cli;

import io.assent.loadtest.forwarder.Forwarder;
import java.net.URI;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the reference forwarder until the time is up or the process is stopped. */
@Command(
        name = "forwarder",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Runs the reference: one POST in, POST /TransOut and POST /TransIn out, answer; no state.")
final class ForwarderCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--port",
            defaultValue = "36781",
            description = "where to listen, 0 for any free port (${DEFAULT-VALUE})")
    private int port;

    @Option(
            names = "--participant",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:36780",
            description = "where the participant is (${DEFAULT-VALUE})")
    private URI participant;

    @Option(names = "--answer-first", description = "answer before the calls, as for a saga without wait_result")
    private boolean answerFirst;

    @Option(
            names = "--seconds",
            defaultValue = "0",
            description = "end after this time, 0 for never (${DEFAULT-VALUE})")
    private int seconds;

    @Override
    public Integer call() throws InterruptedException {
        try (Forwarder forwarder = Forwarder.start(port, participant.getHost(), participant.getPort(), answerFirst)) {
            spec.commandLine().getOut().println("forwarder at http://127.0.0.1:" + forwarder.port());
            spec.commandLine().getOut().flush();
            if (seconds > 0) {
                TimeUnit.SECONDS.sleep(seconds);
            } else {
                new CountDownLatch(1).await();
            }
        }
        return 0;
    }
}
