package io.assent.loadtest.cli;

import io.assent.loadtest.attack.Attack;
import io.assent.loadtest.attack.AttackConfig;
import io.assent.loadtest.attack.AttackResult;
import io.assent.loadtest.attack.AttackRig;
import io.assent.loadtest.process.TemporaryDirectory;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Attacks the memory and the connections of a server. */
@Command(
        name = "attack",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Starts a server on a fresh data directory and lets clients and participants of the loopback address try to fill its memory",
            "or take its connections, one attack after the other, while a healthy client and probes go on. Exit code 1 if the server",
            "ends, the healthy client or the probes are not served, or memory is not back in the end."
        })
final class AttackCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--attack",
            paramLabel = "NAME",
            description = "one of ${COMPLETION-CANDIDATES}; may be given several times (all)")
    private List<Attack> attacks = List.of(Attack.values());

    @Option(names = "--seconds", defaultValue = "10", description = "of each attack (${DEFAULT-VALUE})")
    private int seconds;

    @Option(
            names = "--heap",
            defaultValue = "256m",
            description = "of the server, \"\" for its default (${DEFAULT-VALUE})")
    private String heap;

    @Mixin
    private ServerOptions server;

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (TemporaryDirectory work = new TemporaryDirectory("assent-attack")) {
            final AttackResult result = new AttackRig(
                            new AttackConfig(
                                    server.command(),
                                    heap,
                                    server.durability(),
                                    work.path(),
                                    attacks,
                                    Duration.ofSeconds(seconds)),
                            new Progress(spec))
                    .run();
            return new Progress(spec).end(result.toString(), result.violations());
        }
    }
}
