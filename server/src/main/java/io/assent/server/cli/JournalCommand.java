package io.assent.server.cli;

import io.assent.engine.codec.EventAdapter;
import io.assent.engine.codec.EventPrinter;
import io.assent.journal.JournalReader;
import io.assent.server.ExitCode;
import java.io.PrintStream;
import java.time.Instant;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code assent journal}: the log explains itself. Takes no lock and writes nothing. */
@Command(
        name = "journal",
        mixinStandardHelpOptions = true,
        description = "Reads the journal of a running or a stopped server.")
final class JournalCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Which is meant, dump or verify?");
    }

    @Command(
            name = "dump",
            mixinStandardHelpOptions = true,
            description = {
                "Prints every record: position, time, boot, file and offset, then one line per event.",
                "A record above the last durable mark is marked 'unsynced'."
            })
    int dump(
            @Mixin DataOption data,
            @Option(
                            names = "--from",
                            paramLabel = "POSITION",
                            defaultValue = "1",
                            description = "Begins with this position.")
                    long from,
            @Option(
                            names = "--to",
                            paramLabel = "POSITION",
                            defaultValue = "" + Long.MAX_VALUE,
                            description = "Ends with this position.")
                    long to) {
        PrintStream out = System.out;
        boolean[] prints = {false};
        EventAdapter events = new EventAdapter(new EventPrinter((gid, line) -> {
            if (prints[0]) {
                out.println("    " + line);
            }
        }));
        reader(data).forEach((position, timeMs, place, body, offset, length) -> {
            prints[0] = position >= from && position <= to;
            if (prints[0]) {
                out.println(position + " " + Instant.ofEpochMilli(timeMs) + " boot " + place.boot() + " " + place.file()
                        + ":" + place.offset() + (place.synced() ? "" : " unsynced"));
            }
            events.onRecord(body, offset, length);
            if (prints[0] && length == 0) {
                out.println("    time kept");
            }
        });
        return ExitCode.OK.code();
    }

    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description =
                    "Checks every record's checksum and position. The exit code is 1 when something durable is missing.")
    int verify(@Mixin DataOption data) {
        JournalReader.Verification result = reader(data).verify();
        System.out.println(result.files() + " files, " + result.records() + " records, positions "
                + result.firstPosition() + " to " + result.lastPosition() + ", durable up to " + result.durableUpTo());
        if (!result.tornTail().isEmpty()) {
            System.out.println("a start would cut: " + result.tornTail());
        }
        result.problems().forEach(System.out::println);
        System.out.println(result.isSound() ? "sound" : "NOT SOUND");
        return result.isSound() ? ExitCode.OK.code() : ExitCode.FAILED.code();
    }

    static JournalReader reader(DataOption data) {
        return new JournalReader(data.directory(), message -> System.err.println("assent: " + message));
    }
}
