package io.assent.loadtest.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.assent.loadtest.participant.GrpcParticipant;
import io.assent.loadtest.participant.LedgerEntry;
import io.assent.loadtest.participant.Participant;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a participant until the time is up or the process is stopped. */
@Command(
        name = "participant",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Runs a participant: any path answers 200 SUCCESS at once; /act/SCRIPT/ACCOUNT/AMOUNT answers by script.",
            "SCRIPT: outcomes of attempt 1, 2, ... joined by dots, the last one repeats: ok, fail (409), ongoing (425), err (500),",
            "  hang, close, lost (takes effect, no answer); each with -MS to come late. Example: err.close.ok-200",
            "GET /ledger/entries?gid=G, /ledger/balances, /ledger/counts show what happened.",
            "With --grpc-port also over gRPC: any method is answered OK at once."
        })
final class ParticipantCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--port",
            defaultValue = "36780",
            description = "where to listen, 0 for any free port (${DEFAULT-VALUE})")
    private int port;

    @Option(
            names = "--grpc-port",
            description = "where to listen for gRPC, 0 for any free port; not at all unless given")
    private Integer grpcPort;

    @Option(
            names = "--seconds",
            defaultValue = "0",
            description = "end after this time, 0 for never (${DEFAULT-VALUE})")
    private int seconds;

    @Option(
            names = "--dump",
            paramLabel = "FILE",
            description = "write the ledger there at the end, one JSON object per line")
    private Path dump;

    @Override
    public Integer call() throws IOException, InterruptedException {
        final PrintWriter out = spec.commandLine().getOut();
        final Participant participant = Participant.start(port);
        if (grpcPort != null) {
            // Its threads are daemons: it ends with the process.
            out.println("grpc participant at "
                    + GrpcParticipant.start("127.0.0.1", grpcPort).url());
        }
        final Thread atEnd = new Thread(() -> end(participant), "participant-end");
        Runtime.getRuntime().addShutdownHook(atEnd);
        out.println("participant at " + participant.url());
        out.flush();
        if (seconds > 0) {
            TimeUnit.SECONDS.sleep(seconds);
        } else {
            new CountDownLatch(1).await();
        }
        return 0;
    }

    private void end(final Participant participant) {
        participant.close();
        if (dump != null) {
            try (PrintWriter lines = new PrintWriter(Files.newBufferedWriter(dump))) {
                final ObjectMapper mapper = new ObjectMapper();
                for (final LedgerEntry entry : participant.ledger().entries()) {
                    lines.println(mapper.writeValueAsString(entry));
                }
            } catch (final IOException e) {
                System.err.println("load-test: the ledger could not be written to " + dump + ": " + e.getMessage());
            }
        }
    }
}
