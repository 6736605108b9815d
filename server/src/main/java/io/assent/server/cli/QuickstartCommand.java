package io.assent.server.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.assent.server.ExitCode;
import io.assent.server.quickstart.Quickstart;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;

/** {@code assent quickstart}. */
@Command(
        name = "quickstart",
        mixinStandardHelpOptions = true,
        description = {
            "Shows a transfer that succeeds and one that is undone, with a server and a participant of its own.",
            "The exit code is 1 when anything differs from the explanation."
        })
final class QuickstartCommand implements Callable<Integer> {

    @Override
    public Integer call() throws IOException {
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.WARN);
        return new Quickstart(System.out).run() ? ExitCode.OK.code() : ExitCode.FAILED.code();
    }
}
