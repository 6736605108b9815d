package io.assent.server.cli;

import io.assent.server.config.Settings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** How a command line gives settings: the common ones by options of their own, each by its name. */
final class SettingOptions {
    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "Reads settings from this YAML file, by the names that DTM gives them.")
    private Path config;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Keeps the journal in this directory (DataDir; the default is data).")
    private String data;

    @Option(
            names = "--http-port",
            paramLabel = "N",
            description = "Serves HTTP at this port (HttpPort; the default is 36789, 0 takes any free one).")
    private String httpPort;

    @Option(
            names = "--grpc-port",
            paramLabel = "N",
            description = "Serves gRPC at this port (GrpcPort; the default is 36790, 0 takes any free one).")
    private String grpcPort;

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            description =
                    "Listens on this address; several have commas between (BindAddress; the default is localhost).")
    private String bind;

    @Option(
            names = "--durability",
            paramLabel = "fsync|os",
            description = "Says what an answer survives: loss of power, or the end of the process only (Durability; the"
                    + " default is fsync).")
    private String durability;

    @Option(
            names = "--drain",
            paramLabel = "loop|thread",
            description = "Says who drains the command ring (Drain; by default the number of cores decides).")
    private String drain;

    @Option(
            names = "--clock",
            paramLabel = "real|manual",
            description =
                    "With manual, time stands still and is moved by POST /api/clock/advance (Clock; the default is"
                            + " real).")
    private String clock;

    @Option(
            names = {"-d", "--debug"},
            description = "Writes every refusal and every failed call to the log (LogLevel debug).")
    private boolean debug;

    @Option(
            names = "--set",
            paramLabel = "NAME=VALUE",
            description = "Gives any setting by its name; may be repeated. assent config lists the names.")
    private Map<String, String> set = new LinkedHashMap<>();

    /** Settings out of the environment, the file, and this command line. */
    Settings read() {
        Map<String, String> given = new LinkedHashMap<>();
        put(given, "DataDir", data);
        put(given, "HttpPort", httpPort);
        put(given, "GrpcPort", grpcPort);
        put(given, "BindAddress", bind);
        put(given, "Durability", durability);
        put(given, "Drain", drain);
        put(given, "Clock", clock);
        put(given, "LogLevel", debug ? "debug" : null);
        given.putAll(set);
        return Settings.of(System.getenv(), config, given);
    }

    private static void put(Map<String, String> given, String key, String value) {
        if (value != null) {
            given.put(key, value);
        }
    }
}
