package io.assent.server.cli;

import io.assent.server.ExitCode;
import io.assent.server.StartFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The data directory that a reading command looks at. */
final class DataOption {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "${ASSENT_DATA_DIR:-${DATA_DIR:-data}}",
            description =
                    "Reads the journal in this data directory, of a running or a stopped server (the default is ${DEFAULT-VALUE}).")
    private Path data;

    Path directory() {
        // Beside remembered properties a missing journal is damage, which reading tells.
        if (!Files.isDirectory(data.resolve("journal")) && !Files.exists(data.resolve("assent.properties"))) {
            throw new StartFailure(ExitCode.FAILED, "there is no journal in " + data.toAbsolutePath());
        }
        return data;
    }
}
