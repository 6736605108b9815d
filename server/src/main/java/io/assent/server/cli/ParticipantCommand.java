package io.assent.server.cli;

import io.assent.server.ExitCode;
import io.assent.server.StartFailure;
import io.assent.server.quickstart.Bank;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code assent participant}: somebody to be called, for first steps. */
@Command(
        name = "participant",
        mixinStandardHelpOptions = true,
        description = {
            "Runs a bank that takes part in transactions, for first steps.",
            "TransOut debits alice's account, TransIn credits bob's, TransOutUndo and TransInUndo compensate.",
            "Prints every call and the balances after it."
        })
final class ParticipantCommand implements Callable<Integer> {
    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "8081",
            description =
                    "Listens on this port of the loopback address (the default is ${DEFAULT-VALUE}, 0 takes any free one).")
    private int port;

    @Override
    public Integer call() throws InterruptedException {
        try (Bank bank = open()) {
            System.out.println(
                    "a bank waits for calls at " + bank.url("") + " {TransOut, TransOutUndo, TransIn, TransInUndo}");
            new CountDownLatch(1).await();
        }
        return ExitCode.OK.code();
    }

    private Bank open() {
        try {
            return new Bank(
                    port,
                    (call, balances) -> System.out.println(call.gid() + ": " + call.operation() + " " + call.what()
                            + " is answered " + call.status() + ", balances " + balances));
        } catch (IOException e) {
            throw new StartFailure(ExitCode.PORT_IN_USE, "could not listen on port " + port + ": " + e.getMessage(), e);
        }
    }
}
