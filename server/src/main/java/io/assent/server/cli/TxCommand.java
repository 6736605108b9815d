package io.assent.server.cli;

import io.assent.engine.codec.EventAdapter;
import io.assent.engine.codec.EventPrinter;
import io.assent.server.ExitCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code assent tx GID}: one transaction's life, one line per event. Takes no lock and writes nothing. */
@Command(
        name = "tx",
        mixinStandardHelpOptions = true,
        description =
                "Prints the life of one transaction, one line per event. The exit code is 1 when the journal does not know it.")
final class TxCommand implements Callable<Integer> {
    @Parameters(paramLabel = "GID", description = "Names the transaction by its global id.")
    private String gid;

    @Mixin
    private DataOption data;

    private final List<String> record = new ArrayList<>();
    private boolean concerned;
    private boolean found;

    @Override
    public Integer call() {
        EventAdapter events = new EventAdapter(new EventPrinter(this::onLine));
        JournalCommand.reader(data).forEach((position, timeMs, place, body, offset, length) -> {
            record.clear();
            concerned = false;
            events.onRecord(body, offset, length);
            if (concerned) {
                found = true;
                for (String line : record) {
                    System.out.println(position + " " + line + (place.synced() ? "" : "  (unsynced)"));
                }
            }
        });
        if (!found) {
            System.err.println("assent: the journal does not know gid '" + gid + "'");
            return ExitCode.FAILED.code();
        }
        return ExitCode.OK.code();
    }

    private void onLine(String lineGid, String line) {
        if (lineGid.equals(gid)) {
            concerned = true;
            record.add(line);
        } else if (line.startsWith("caused")) {
            record.add(line);
        }
    }
}
