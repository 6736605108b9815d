package io.assent.server.cli;

import io.assent.journal.DataDirectory;
import io.assent.journal.JournalException;
import io.assent.server.CoordinatorServer;
import io.assent.server.ExitCode;
import io.assent.server.Halts;
import io.assent.server.JvmNames;
import io.assent.server.ServerConfig;
import io.assent.server.StartFailure;
import io.assent.server.Version;
import io.assent.server.config.Logging;
import io.assent.server.config.Settings;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code assent serve}: the server, until it is told to stop. */
@Command(
        name = "serve",
        versionProvider = ServeCommand.Versions.class,
        sortOptions = false,
        description = {
            "Runs the coordinator until SIGTERM or SIGINT; a second signal stops it at once.",
            "Every setting can also stand in the environment or in the YAML file.",
            "assent config lists them, docs/operating.md explains them."
        },
        footer = {
            "",
            "Exit codes:",
            "  0   It was stopped.",
            "  2   A setting or an argument is bad.",
            "  10  The data directory is not writable.",
            "  11  The data directory is in use by another process.",
            "  12  A port is in use.",
            "  13  There are too few file descriptors.",
            "  14  The journal is damaged.",
            "  15  The journal was written by a newer version.",
            "  16  JVM flags are missing.",
            "  17  The data directory has the other kind of clock.",
            "  18  The disk has no space for a start.",
            "  19  A file of the data directory was taken away under the server.",
            "  20  It stopped itself because it could not go on."
        })
final class ServeCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);
    /** What the launcher made of the machine. */
    private static final String LAUNCHED = "assent.launched";

    @Mixin
    private SettingOptions options;

    @Option(
            names = {"-r", "--reset"},
            description = "Removes all data of the data directory before the start.")
    private boolean reset;

    // picocli acts on these two when they are given. DTM has -v, our other commands -V.
    @SuppressWarnings("UnusedVariable")
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help message and exits.")
    private boolean help;

    @SuppressWarnings("UnusedVariable")
    @Option(
            names = {"-v", "-V", "--version"},
            versionHelp = true,
            description = "Prints the version and exits.")
    private boolean version;

    @Override
    public Integer call() {
        JvmNames.forgetAtOnce();
        Settings settings = options.read();
        ServerConfig serverConfig = ServerConfig.of(settings);
        Logging.apply(serverConfig.log());
        LOG.info(
                "assent {} starts on Java {} as process {}, {}",
                Version.text(),
                Runtime.version(),
                ProcessHandle.current().pid(),
                System.getProperty(LAUNCHED, "not by its launcher"));
        LOG.info("settings: {}", settings.given());
        settings.warnings().forEach(warning -> LOG.warn("{}", warning));
        if (reset) {
            try {
                LOG.warn("{}", DataDirectory.reset(serverConfig.dataDir()));
            } catch (JournalException e) {
                throw StartFailure.of(e);
            }
        }
        Halts.checkFileDescriptors(serverConfig.connectionsMax());
        Halts.haltOnUncaught();
        CoordinatorServer server = new CoordinatorServer(serverConfig, Halts.HALT);
        CountDownLatch stopped = new CountDownLatch(1);
        Halts.onSignals(server::requestStop, () -> {
            LOG.info("stopping");
            server.close();
            LOG.info("stopped");
            stopped.countDown();
        });
        try {
            server.start();
        } catch (StartFailure failure) {
            server.close();
            if (!serverConfig.log().outputs().contains("stderr")) {
                // Whoever started it looks there.
                System.err.println("assent: " + failure.getMessage());
            }
            LOG.error("assent can not start: {}", failure.getMessage());
            return failure.exitCode().code();
        } catch (RuntimeException failure) {
            if (Halts.isStopped(failure)) {
                awaitUninterruptibly(stopped);
                return ExitCode.OK.code();
            }
            server.close();
            throw failure;
        }
        awaitUninterruptibly(stopped);
        return ExitCode.OK.code();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException e) {
                // Only a signal ends a server.
                Thread.interrupted();
            }
        }
    }

    /** In DTM's words. */
    static final class Versions implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"dtm version: " + Version.text()};
        }
    }
}
