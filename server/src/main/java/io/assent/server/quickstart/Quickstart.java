package io.assent.server.quickstart;

import io.assent.client.AssentClient;
import io.assent.client.BranchView;
import io.assent.client.TransactionFailed;
import io.assent.client.TransactionView;
import io.assent.server.CoordinatorServer;
import io.assent.server.ExitCode;
import io.assent.server.Halts;
import io.assent.server.ServerConfig;
import io.assent.server.StartFailure;
import io.assent.server.config.Settings;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Shows a saga that succeeds and one that is undone. Everything printed is read back: calls from the participant's record and from the server's
 * {@code query}, balances from the participant. What differs from the explanation is told, and counts.
 */
public final class Quickstart {
    private static final int AMOUNT = 30;
    private static final List<String> SUCCESS_CALLS = List.of("action TransOut 200", "action TransIn 200");
    private static final List<String> UNDONE_CALLS = List.of(
            "action TransOut 200", "action TransIn 409", "compensate TransInUndo 200", "compensate TransOutUndo 200");

    private final PrintStream out;
    private final List<String> differences = new ArrayList<>();

    public Quickstart(PrintStream out) {
        this.out = out;
    }

    /** Runs the whole lesson; true when everything was as explained. */
    public boolean run() throws IOException {
        Path data = Files.createTempDirectory("assent-quickstart");
        try (Bank bank = new Bank(0, (call, balances) -> {});
                CoordinatorServer server = start(data)) {
            String url = "http://127.0.0.1:" + server.httpPort() + "/api/dtmsvr";
            out.println("A coordinator listens at " + url + " (journal in a fresh directory, fsync),");
            out.println("a bank with two accounts at " + bank.url("") + ".");
            AssentClient client = AssentClient.connect(url);
            transfer(client, bank, false);
            transfer(client, bank, true);
        } finally {
            delete(data);
        }
        out.println();
        if (differences.isEmpty()) {
            out.println("That is a saga: all steps take effect, or those that did are undone, newest first,");
            out.println("and Assent sees to it whoever crashes. Next: bin/assent serve --help, README.md");
        } else {
            differences.forEach(difference -> out.println("NOT AS EXPLAINED: " + difference));
        }
        return differences.isEmpty();
    }

    private void transfer(AssentClient client, Bank bank, boolean refused) {
        String gid = client.newGid();
        out.println();
        out.println(
                refused
                        ? "2. The same transfer, but bob's bank refuses (409): every step that may have run is undone."
                        : "1. A transfer of " + AMOUNT + " from alice to bob: two steps, both succeed.");
        if (refused) {
            bank.refuseTransIn(gid);
        }
        Map<String, Integer> before = bank.balances();
        submit(client, bank, gid, refused);
        TransactionView transaction = client.query(gid).orElseThrow();
        List<String> seen = new ArrayList<>();
        out.println("   called, as the bank recorded it:");
        for (Bank.Call call : bank.callsOf(gid)) {
            seen.add(call.operation() + " " + call.what() + " " + call.status());
            out.printf("     %d. %-10s %-12s -> %d%n", seen.size(), call.operation(), call.what(), call.status());
        }
        out.println("   branches, as the server's query tells them:");
        for (BranchView branch : transaction.branches()) {
            out.printf("     %s %-10s %s%n", branch.branchId(), branch.op(), branch.status());
        }
        Map<String, Integer> after = bank.balances();
        out.println("   status " + transaction.status().wireName()
                + (transaction.rollbackReason().isEmpty() ? "" : ", because " + transaction.rollbackReason()));
        out.println("   balances before " + before + ", after " + after);
        check("calls of " + gid, refused ? UNDONE_CALLS : SUCCESS_CALLS, seen);
        check(
                "status of " + gid,
                refused ? "failed" : "succeed",
                transaction.status().wireName());
        Map<String, Integer> expected = new LinkedHashMap<>(before);
        if (!refused) {
            expected.merge("alice", -AMOUNT, Integer::sum);
            expected.merge("bob", AMOUNT, Integer::sum);
        }
        check("balances", expected.toString(), after.toString());
    }

    private void submit(AssentClient client, Bank bank, String gid, boolean refused) {
        String payload = "{\"amount\":" + AMOUNT + "}";
        try {
            client.saga(gid)
                    .step(bank.url("TransOut"), bank.url("TransOutUndo"), payload)
                    .step(bank.url("TransIn"), bank.url("TransInUndo"), payload)
                    .waitResult()
                    .submit();
            check("answer to the client", refused ? "refused" : "success", "success");
        } catch (TransactionFailed answer) {
            check("answer to the client", refused ? "refused" : "success", "refused");
        }
    }

    private void check(String what, Object expected, Object found) {
        if (!expected.equals(found)) {
            differences.add(what + ": expected " + expected + ", found " + found);
        }
    }

    /** The default port, or any free one when that is taken. */
    private static CoordinatorServer start(Path data) {
        try {
            return start(data, "36789");
        } catch (StartFailure failure) {
            if (failure.exitCode() != ExitCode.PORT_IN_USE) {
                throw failure;
            }
            return start(data, "0");
        }
    }

    private static CoordinatorServer start(Path data, String port) {
        Map<String, String> given = new LinkedHashMap<>();
        given.put("DataDir", data.resolve("data").toString());
        given.put("HttpPort", port);
        given.put("GrpcPort", "0");
        ServerConfig config = ServerConfig.of(Settings.of(Map.of(), null, given));
        CoordinatorServer server = new CoordinatorServer(config, Halts.HALT);
        try {
            server.start();
            return server;
        } catch (RuntimeException failure) {
            server.close();
            throw failure;
        }
    }

    private static void delete(Path root) throws IOException {
        try (var paths = Files.walk(root)) {
            List<Path> all = new ArrayList<>(paths.toList());
            for (int i = all.size() - 1; i >= 0; i--) {
                Files.deleteIfExists(all.get(i));
            }
        }
    }
}
