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
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;

/** {@code assent serve}: the server, until it is told to stop. */
@Command(
        name = "serve",
        versionProvider = ServeCommand.Versions.class,
        sortOptions = false,
        description = {
            "Runs the coordinator until SIGTERM or SIGINT; a second signal stops it at once.",
            "Every setting can also stand in the environment or in the YAML file; see docs/operating.md."
        },
        footer = {
            "",
            "Exit codes: 0 stopped; 2 bad setting; 10 data directory not writable; 11 in use; 12 port in use;",
            "13 too few file descriptors; 14 journal damaged; 15 journal of a newer version; 16 missing JVM flags;",
            "17 data directory of the other kind of clock; 18 no space on the disk to start with;",
            "19 a file of the data directory was taken away under the server; 20 stopped itself because it",
            "could not go on."
        })
final class ServeCommand implements Callable<Integer> {
    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "YAML file with settings, DTM's names.")
    private Path config;

    @Option(names = "--data", paramLabel = "DIR", description = "Data directory (DataDir; default: data).")
    private String data;

    @Option(names = "--http-port", paramLabel = "N", description = "Port (HttpPort; default: 36789; 0: any free).")
    private String httpPort;

    @Option(
            names = "--grpc-port",
            paramLabel = "N",
            description = "Port of gRPC (GrpcPort; default: 36790; 0: any free).")
    private String grpcPort;

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            description = "Address to listen on (BindAddress; default: 127.0.0.1).")
    private String bind;

    @Option(
            names = "--durability",
            paramLabel = "fsync|os",
            description = "What an answer survives: loss of power, or the process only (default: fsync).")
    private String durability;

    @Option(
            names = "--drain",
            paramLabel = "loop|thread",
            description = "Who drains the command ring (default: by the number of cores).")
    private String drain;

    @Option(
            names = "--clock",
            paramLabel = "real|manual",
            description = "manual: time stands still and is moved by POST /api/clock/advance (default: real).")
    private String clock;

    @Option(
            names = {"-d", "--debug"},
            description = "Debug log (LogLevel debug).")
    private boolean debug;

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
        Settings settings = Settings.of(System.getenv(), config, commandLine());
        ServerConfig serverConfig = ServerConfig.of(settings);
        Logging.apply(serverConfig.log());
        settings.warnings().forEach(warning -> System.out.println("warning: " + warning));
        if (reset) {
            try {
                System.out.println(DataDirectory.reset(serverConfig.dataDir()));
            } catch (JournalException e) {
                throw StartFailure.of(e);
            }
        }
        Halts.checkFileDescriptors(serverConfig.connectionsMax());
        Halts.haltOnUncaught();
        CoordinatorServer server = new CoordinatorServer(serverConfig, System.out, Halts.HALT);
        CountDownLatch stopped = new CountDownLatch(1);
        Halts.onSignals(server::requestStop, () -> {
            System.out.println("stopping");
            server.close();
            System.out.println("stopped");
            stopped.countDown();
        });
        try {
            server.start();
        } catch (StartFailure failure) {
            server.close();
            throw failure;
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

    private Map<String, String> commandLine() {
        Map<String, String> given = new LinkedHashMap<>();
        put(given, "DataDir", data);
        put(given, "HttpPort", httpPort);
        put(given, "GrpcPort", grpcPort);
        put(given, "BindAddress", bind);
        put(given, "Durability", durability);
        put(given, "Drain", drain);
        put(given, "Clock", clock);
        put(given, "LogLevel", debug ? "debug" : null);
        return given;
    }

    private static void put(Map<String, String> given, String key, String value) {
        if (value != null) {
            given.put(key, value);
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
