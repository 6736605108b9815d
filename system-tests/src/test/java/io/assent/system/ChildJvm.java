package io.assent.system;

import io.assent.loadtest.process.ServerCommand;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command of a Java process like this one: its JDK, its class path, and the packages that are open in it. */
final class ChildJvm {
    private ChildJvm() {}

    /**
     * Puts the command together.
     *
     * @param options more options of the JVM, its heap above all.
     * @param main the class to run.
     * @param arguments its arguments.
     */
    static List<String> command(List<String> options, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (argument.startsWith("--add-")) {
                command.add(argument);
            }
        }
        command.addAll(options);
        command.addAll(List.of("-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /**
     * Puts the command of a server together, with the places that tools fill in.
     *
     * @param options more options of the JVM, its heap above all.
     * @param main the class to run; it takes the arguments of {@code assent}.
     */
    static ServerCommand server(List<String> options, Class<?> main) {
        return new ServerCommand(command(
                options,
                main,
                "serve",
                "--data",
                "{data}",
                "--http-port",
                "{port}",
                "--grpc-port",
                "{grpc}",
                "--durability",
                "{durability}"));
    }
}
