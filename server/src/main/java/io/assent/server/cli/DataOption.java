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
            defaultValue = "${DATA_DIR:-data}",
            description = "Data directory, of a running or a stopped server (default: ${DEFAULT-VALUE}).")
    private Path data;

    Path directory() {
        if (!Files.isDirectory(data)) {
            throw new StartFailure(ExitCode.FAILED, "there is no data directory " + data.toAbsolutePath());
        }
        return data;
    }
}
