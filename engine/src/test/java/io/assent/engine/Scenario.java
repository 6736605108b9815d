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
 *   > restart | resume | continue | tick | abort g tcc why | stop g | reset g | query g | expire g 1 | gone g 1 | release g
 *   > register g tcc 01 | register g xa 01 URL | register g workflow 01 action succeed DATA
 *   > prepareWorkflow g workflow name=w | finish g succeed RESULT REASON
 *   > subscribe TOPIC URL | unsubscribe TOPIC URL | deleteTopic TOPIC | topic TOPIC | topics | resetAll SECONDS LIMIT
 * </pre>
 *
 * <p>A reply is {@code reply GID/BRANCH/OPERATION OUTCOME [after=SECONDS] [TEXT]}.
 *
 * <p>Options of prepare and submit: steps=N or steps=0; empty=STEP/action (no URL); concurrent; sagaConcurrent; orders=1:0,2:1; timeout=S;
 * retry=S; limit=N; count=N; request=S; delay=S; query=URL; wait; custom=TEXT; payload=TEXT (of every step); name=WORKFLOW;
 * topic=STEP:NAME.
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
            machine.events.forEach(event -> found.add(("e " + event).strip()));
            machine.effects.forEach(effect -> found.add(("f " + effect).strip()));
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
                String reason = words.length > first + 3 ? rest(words, first + 3) : "";
                machine.send(commands -> commands.abort(request, gid, kind, reason));
            }
            case "prepareWorkflow" -> {
                Submission submission = submission(gid, words, first + 2);
                Request request = Request.of(++requests);
                machine.send(commands -> commands.prepareWorkflow(request, submission, HistoryAnswer.NO_HISTORY));
            }
            case "finish" -> {
                Request request = Request.of(++requests);
                TransactionStatus status = TransactionStatus.ofWireName(words[first + 2]);
                String result = words.length > first + 3 ? words[first + 3] : "";
                String reason = words.length > first + 4 ? rest(words, first + 4) : "";
                machine.send(commands -> commands.finishWorkflow(request, gid, status, reason, result));
            }
            case "register" -> {
                Request request = Request.of(++requests);
                Registration registration = registration(words, first + 2);
                machine.send(commands -> commands.registerBranch(request, gid, registration));
            }
            case "subscribe" -> machine.send(commands -> commands.subscribe(Request.of(++requests), gid, words[2], ""));
            case "unsubscribe" -> machine.send(commands -> commands.unsubscribe(Request.of(++requests), gid, words[2]));
            case "deleteTopic" -> machine.send(commands -> commands.deleteTopic(Request.of(++requests), gid));
            case "topic" -> machine.send(commands -> commands.topic(++requests, gid));
            case "topics" -> machine.send(commands -> commands.topics(++requests, "", 100));
            case "resetAll" -> {
                CronReset reset = new CronReset(
                        Long.MAX_VALUE, Long.parseLong(words[first + 1]) * 1000, Integer.parseInt(words[first + 2]));
                machine.send(commands -> commands.resetCronTime(new Request(++requests, "ann", "outage"), reset));
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
                boolean asks = words.length > first + 3 && words[first + 3].startsWith("after=");
                int textFrom = asks ? first + 4 : first + 3;
                String text = words.length > textFrom ? rest(words, textFrom) : "";
                int retryAfterS = asks ? Integer.parseInt(words[first + 3].substring("after=".length())) : 0;
                machine.reply(call.number(), Outcome.valueOf(words[first + 2]), text, retryAfterS);
            }
            case "stale" -> machine.send(commands -> commands.branchReplied(4711, Outcome.SUCCESS, "", 1));
            case "tick" -> machine.send(Commands::tick);
            case "continue" -> machine.send(Commands::continueWork);
            case "restart" -> machine.restart();
            default -> throw new AssertionError("unknown command " + command);
        }
    }

    private static String rest(String[] words, int first) {
        return String.join(" ", List.of(words).subList(first, words.length));
    }

    /** {@code tcc ID [DATA]}, {@code xa ID URL} or {@code workflow ID OP STATUS [DATA]}. */
    private static Registration registration(String[] words, int first) {
        String id = words[first + 1];
        switch (words[first]) {
            case "tcc" -> {
                byte[] data = bytes(words.length > first + 2 ? words[first + 2] : "{}");
                return Registration.tcc(id, "http://confirm/" + id, "http://cancel/" + id, data);
            }
            case "xa" -> {
                return Registration.xa(id, words.length > first + 2 ? words[first + 2] : "http://xa/" + id, bytes(""));
            }
            case "workflow" -> {
                BranchStatus status = words[first + 3].equals("succeed") ? BranchStatus.SUCCEED : BranchStatus.FAILED;
                return Registration.workflow(
                        id, words[first + 2], status, bytes(words.length > first + 4 ? words[first + 4] : ""));
            }
            default -> throw new AssertionError("unknown registration " + words[first]);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Submission submission(String gid, String[] words, int first) {
        SubmissionBuilder builder = new SubmissionBuilder().gid(gid).kind(TransactionKind.ofWireName(words[first]));
        boolean hasSteps = words[first].equals("saga") || words[first].equals("msg");
        int steps = hasSteps ? 2 : 0;
        String name = "w";
        String topic = "";
        String payload = "";
        List<String> empty = new ArrayList<>();
        for (int i = first + 1; i < words.length; i++) {
            String[] option = words[i].split("=", 2);
            String value = option.length > 1 ? option[1] : "";
            switch (option[0]) {
                case "steps" -> steps = Integer.parseInt(value);
                case "empty" -> empty.add(value);
                case "concurrent" -> builder.concurrent(true);
                case "sagaConcurrent" -> builder.sagaConcurrent(true);
                case "custom" -> builder.customData(value);
                case "orders" -> {
                    for (String pair : value.split(",")) {
                        builder.order(Integer.parseInt(pair.split(":")[0]), Integer.parseInt(pair.split(":")[1]));
                    }
                }
                case "timeout" -> builder.timeoutToFail(Long.parseLong(value));
                case "retry" -> builder.retryInterval(Long.parseLong(value));
                case "limit" -> builder.retryLimit(Long.parseLong(value));
                case "count" -> builder.retryCount(Long.parseLong(value));
                case "request" -> builder.requestTimeout(Long.parseLong(value));
                case "delay" -> builder.delay(Long.parseLong(value)).customData("{\"delay\":" + value + "}");
                case "query" -> builder.queryPrepared(value);
                case "wait" -> builder.waitResult(true);
                case "name" -> name = value;
                case "topic" -> topic = value;
                case "payload" -> payload = value;
                default -> throw new AssertionError("unknown option " + words[i]);
            }
        }
        if (words[first].equals("workflow")) {
            builder.workflow(name, bytes("input"));
        }
        for (int step = 1; step <= steps; step++) {
            if (topic.startsWith(step + ":")) {
                builder.step("topic://" + topic.substring(topic.indexOf(':') + 1), "", bytes("{}"));
                continue;
            }
            builder.step(
                    empty.contains(step + "/action") ? "" : "http://busi/a" + step,
                    empty.contains(step + "/compensate") ? "" : "http://busi/c" + step,
                    bytes(payload.isEmpty() ? "{\"step\":" + step + "}" : payload));
        }
        assertThat(builder.check()).as("what is wrong with the submission").isNull();
        return builder.build();
    }
}
