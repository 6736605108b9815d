package io.assent.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs a table: a line that starts with {@code >} is a command; the lines below it, up to the next command, are exactly the events ({@code
 * e}) and effects ({@code f}) it causes, in order.
 *
 * <pre>
 *   > submit g saga steps=2 wait          a client submits; its request number is its line's count of commands, from 1
 *   > reply g/01/action SUCCESS           the open call of this name ends
 *   > +20s tick                           time moves first
 *   > restart | resume | continue | tick | abort g saga why | stop g | reset g | query g | expire g 1 | gone g 1 | release g
 * </pre>
 *
 * <p>Options of prepare and submit: steps=N or steps=0; empty=STEP/action (no URL); concurrent; sagaConcurrent; orders=1:0,2:1; timeout=S;
 * retry=S; limit=N; request=S; delay=S; query=URL; wait.
 */
final class Scenario {
    final Machine machine = new Machine();
    private long requests;

    static Scenario run(String table) {
        Scenario scenario = new Scenario();
        scenario.play(table);
        return scenario;
    }

    void play(String table) {
        String command = null;
        List<String> expected = new ArrayList<>();
        for (String raw : table.split("\n")) {
            String line = raw.strip();
            if (line.startsWith(">")) {
                verify(command, expected);
                command = line.substring(1).strip();
                execute(command);
                expected = new ArrayList<>();
            } else if (!line.isEmpty()) {
                expected.add(line);
            }
        }
        verify(command, expected);
    }

    private void verify(String command, List<String> expected) {
        if (command != null) {
            List<String> found = new ArrayList<>();
            machine.events.forEach(event -> found.add("e " + event));
            machine.effects.forEach(effect -> found.add("f " + effect));
            assertThat(String.join("\n", found)).as("> " + command).isEqualTo(String.join("\n", expected));
        }
    }

    private void execute(String command) {
        String[] words = command.split(" +");
        int first = 0;
        if (words[0].startsWith("+")) {
            String amount = words[0].substring(1);
            machine.now += amount.endsWith("ms")
                    ? Long.parseLong(amount.substring(0, amount.length() - 2))
                    : Long.parseLong(amount.substring(0, amount.length() - 1)) * 1000;
            first = 1;
        }
        String verb = words[first];
        String gid = words.length > first + 1 ? words[first + 1] : "";
        switch (verb) {
            case "submit" -> {
                Submission submission = submission(gid, words, first + 2);
                Request request = Request.of(++requests);
                machine.send(commands -> commands.submit(request, submission, HistoryAnswer.NO_HISTORY));
            }
            case "prepare" -> {
                Submission submission = submission(gid, words, first + 2);
                Request request = Request.of(++requests);
                machine.send(commands -> commands.prepare(request, submission, HistoryAnswer.NO_HISTORY));
            }
            case "abort" -> {
                Request request = Request.of(++requests);
                String kind = words.length > first + 2 ? words[first + 2] : "";
                machine.send(commands -> commands.abort(request, gid, kind, ""));
            }
            case "stop" -> machine.send(commands -> commands.forceStop(new Request(++requests, "ann", "stuck"), gid));
            case "reset" -> machine.send(commands -> commands.resetNextCronTime(Request.of(++requests), gid));
            case "release" -> machine.send(commands -> commands.releaseQuarantined(Request.of(++requests), gid));
            case "query" -> machine.send(commands -> commands.query(++requests, gid));
            case "expire" ->
                machine.send(commands -> commands.roundExpired(Long.parseLong(words[words.length - 1]), gid));
            case "gone" -> machine.send(commands -> commands.waiterGone(Long.parseLong(words[words.length - 1]), gid));
            case "reply" -> {
                BranchCall call = machine.openCall(gid);
                String text = words.length > first + 3
                        ? String.join(" ", List.of(words).subList(first + 3, words.length))
                        : "";
                machine.reply(call.number(), Outcome.valueOf(words[first + 2]), text);
            }
            case "stale" -> machine.send(commands -> commands.branchReplied(4711, Outcome.SUCCESS, "", 1));
            case "tick" -> machine.send(Commands::tick);
            case "continue" -> machine.send(Commands::continueWork);
            case "restart" -> machine.restart();
            default -> throw new AssertionError("unknown command " + command);
        }
    }

    private static Submission submission(String gid, String[] words, int first) {
        SubmissionBuilder builder = new SubmissionBuilder().gid(gid).kind(TransactionKind.ofWireName(words[first]));
        int steps = 2;
        List<String> empty = new ArrayList<>();
        for (int i = first + 1; i < words.length; i++) {
            String[] option = words[i].split("=", 2);
            String value = option.length > 1 ? option[1] : "";
            switch (option[0]) {
                case "steps" -> steps = Integer.parseInt(value);
                case "empty" -> empty.add(value);
                case "concurrent" -> builder.concurrent(true);
                case "sagaConcurrent" -> builder.sagaConcurrent(true);
                case "orders" -> {
                    for (String pair : value.split(",")) {
                        builder.order(Integer.parseInt(pair.split(":")[0]), Integer.parseInt(pair.split(":")[1]));
                    }
                }
                case "timeout" -> builder.timeoutToFail(Long.parseLong(value));
                case "retry" -> builder.retryInterval(Long.parseLong(value));
                case "limit" -> builder.retryLimit(Long.parseLong(value));
                case "request" -> builder.requestTimeout(Long.parseLong(value));
                case "delay" -> builder.delay(Long.parseLong(value)).customData("{\"delay\":" + value + "}");
                case "query" -> builder.queryPrepared(value);
                case "wait" -> builder.waitResult(true);
                default -> throw new AssertionError("unknown option " + words[i]);
            }
        }
        for (int step = 1; step <= steps; step++) {
            builder.step(
                    empty.contains(step + "/action") ? "" : "http://busi/a" + step,
                    empty.contains(step + "/compensate") ? "" : "http://busi/c" + step,
                    ("{\"step\":" + step + "}").getBytes(StandardCharsets.UTF_8));
        }
        assertThat(builder.check()).as("what is wrong with the submission").isNull();
        return builder.build();
    }
}
