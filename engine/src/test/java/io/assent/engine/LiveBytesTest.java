package io.assent.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.engine.codec.CommandPublisher;
import io.assent.engine.codec.CommandSink;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * SAFETY, Bounds: what live bytes count is within 20 % of what the collector finds on the heap, in every mode and state. Many transactions of
 * one shape are made; the host holds what it was given for open calls, and nothing else grows.
 */
class LiveBytesTest {
    private static final String ERROR = "status 500: " + "the account is locked; ".repeat(44);
    private static final String FAR_ERROR = "\u8d26\u6237\u5df2\u9501\u5b9a".repeat(60);

    /** What is done to each transaction of a shape. */
    private record Shape(String name, int count, IntFunction<Consumer<Host>> life) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Shape shape(String name, int count, Consumer<Life> life) {
        return new Shape(name, count, i -> host -> life.accept(new Life(host, "transaction-" + (10_000_000 + i))));
    }

    static Stream<Shape> shapes() {
        return Stream.of(
                shape("saga, first call open", 20_000, life -> life.submit("saga", 2)),
                shape("saga, prepared", 20_000, life -> life.prepare("saga", 2)),
                shape(
                        "saga, waits after a long error",
                        10_000,
                        life -> life.submit("saga", 2).replies(Outcome.UNKNOWN, ERROR)),
                shape(
                        "saga, waits after an error in other letters",
                        10_000,
                        life -> life.submit("saga", 2).replies(Outcome.UNKNOWN, FAR_ERROR)),
                shape("saga, a client waits", 10_000, life -> {
                    life.builder.waitResult(true);
                    life.submit("saga", 2);
                }),
                shape("saga of 50 steps, half done", 2_000, life -> {
                    life.submit("saga", 50);
                    for (int i = 0; i < 25; i++) {
                        life.replies(Outcome.SUCCESS, "");
                    }
                }),
                shape("saga of 20 steps in a graph, all open", 3_000, life -> {
                    life.builder.sagaConcurrent(true).order(19, 0).order(18, 1).customData("{\"concurrent\":true}");
                    life.submit("saga", 20);
                }),
                shape("saga of 20 steps in a graph, undone in vain", 1_000, life -> {
                    life.builder.sagaConcurrent(true).order(19, 0).order(18, 1).customData("{\"concurrent\":true}");
                    life.submit("saga", 20);
                    life.replies(Outcome.FAILURE, "no money FAILURE");
                    life.repliesToAll(Outcome.SUCCESS, "");
                    life.repliesToAll(Outcome.UNKNOWN, ERROR);
                }),
                shape("saga with headers and trace context", 5_000, life -> {
                    for (int i = 0; i < 20; i++) {
                        life.builder.header("x-business-header-" + i, "a value of some length " + i);
                    }
                    life.builder.attribute("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
                    life.submit("saga", 2);
                }),
                shape("msg, prepared", 20_000, life -> {
                    life.builder.queryPrepared("http://busi/query-prepared");
                    life.prepare("msg", 1);
                }),
                shape("msg, prepared with options that its submit replaced", 10_000, life -> {
                    life.builder.queryPrepared("http://busi/query-prepared");
                    life.prepare("msg", 1);
                    life.builder
                            .header("x-tenant", "blue")
                            .customData("{\"delay\":600}")
                            .delay(600);
                    life.submit("msg", 0);
                }),
                shape("msg, delayed", 20_000, life -> {
                    life.builder.delay(1_000).customData("{\"delay\":1000}");
                    life.submit("msg", 1);
                }),
                shape("msg, check-back in vain", 10_000, life -> {
                    life.builder.queryPrepared("http://busi/query-prepared").timeoutToFail(1);
                    life.prepare("msg", 1);
                    life.host.now += 1_001;
                    life.host.settle();
                    life.repliesToAll(Outcome.UNKNOWN, ERROR);
                }),
                shape("msg of 20 branches, all called, all failed", 1_000, life -> {
                    life.builder.concurrent(true);
                    life.submit("msg", 20);
                    life.repliesToAll(Outcome.UNKNOWN, ERROR);
                }),
                shape("msg to 20 subscribers", 1_000, life -> {
                    life.builder.concurrent(true).step("topic://paid", "", bytes("{}"));
                    life.submit("msg", 0);
                }),
                shape("msg to 20 subscribers, all failed", 1_000, life -> {
                    life.builder.concurrent(true).step("topic://paid", "", bytes("{}"));
                    life.submit("msg", 0);
                    life.repliesToAll(Outcome.UNKNOWN, ERROR);
                }),
                shape(
                        "tcc, prepared with three branches",
                        5_000,
                        life -> life.prepare("tcc", 0).registers("tcc", 3)),
                shape(
                        "tcc, confirms",
                        5_000,
                        life -> life.prepare("tcc", 0).registers("tcc", 3).submit("tcc", 0)),
                shape("tcc, cancels in vain", 5_000, life -> {
                    life.prepare("tcc", 0).registers("tcc", 3).aborts("tcc", "the client changed its mind");
                    life.repliesToAll(Outcome.UNKNOWN, ERROR);
                }),
                shape(
                        "xa of 30 branches",
                        500,
                        life -> life.prepare("xa", 0).registers("xa", 30).submit("xa", 0)),
                shape("workflow with five steps done", 5_000, life -> {
                    life.builder.queryPrepared("http://busi/workflow").workflow("pay", bytes("input"));
                    life.prepareWorkflow().registers("workflow", 5);
                }),
                shape("saga with a payload of 4 KB", 3_000, life -> {
                    life.builder.step("http://busi/big", "", new byte[4_096]);
                    life.submit("saga", 0);
                }));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldCountWhatIsOnTheHeap(Shape shape) {
        // What the classes need is there before.
        run(shape, new Host(), 3);
        Host host = new Host();
        host.calls = new BranchCall[64 * shape.count];
        long countedBefore = host.machine.liveBytes();
        long before = usedBytes();
        run(shape, host, shape.count);
        long held = usedBytes() - before;
        long counted = host.machine.liveBytes() - countedBefore;
        assertThat(host.machine.liveTransactions()).isEqualTo(shape.count);
        assertThat((double) counted / held)
                .as("counted %d of %d bytes for each transaction", counted / shape.count, held / shape.count)
                .isBetween(0.8, 1.2);
    }

    private static void run(Shape shape, Host host, int count) {
        for (int i = 0; i < 20; i++) {
            String url = "http://subscriber-" + i + "/on-paid";
            host.send(commands -> commands.subscribe(Request.of(0), "paid", url, "remark"));
        }
        for (int i = 0; i < count; i++) {
            shape.life.apply(i).accept(host);
        }
    }

    private static long usedBytes() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    /** One transaction and what happens to it. */
    private static final class Life {
        final Host host;
        final String gid;
        final SubmissionBuilder builder = new SubmissionBuilder();

        Life(Host host, String gid) {
            this.host = host;
            this.gid = gid;
        }

        private Submission submission(String kind, int steps) {
            for (int i = 0; i < steps; i++) {
                builder.step("http://busi/action/" + i, "http://busi/compensate/" + i, bytes("{\"amount\":" + i + "}"));
            }
            builder.gid(gid).kind(TransactionKind.ofWireName(kind));
            assertThat(builder.check()).isNull();
            return builder.build();
        }

        Life prepare(String kind, int steps) {
            Submission submission = submission(kind, steps);
            host.send(commands -> commands.prepare(Request.of(7), submission, HistoryAnswer.NO_HISTORY));
            builder.reset();
            return this;
        }

        Life submit(String kind, int steps) {
            Submission submission = submission(kind, steps);
            host.send(commands -> commands.submit(Request.of(7), submission, HistoryAnswer.NO_HISTORY));
            return this;
        }

        Life prepareWorkflow() {
            Submission submission = submission("workflow", 0);
            host.send(commands -> commands.prepareWorkflow(Request.of(0), submission, HistoryAnswer.NO_HISTORY));
            return this;
        }

        Life registers(String kind, int branches) {
            for (int i = 1; i <= branches; i++) {
                String id = i < 10 ? "0" + i : String.valueOf(i);
                Registration registration = switch (kind) {
                    case "tcc" ->
                        Registration.tcc(id, "http://busi/confirm", "http://busi/cancel", bytes("{\"amount\":30}"));
                    case "xa" -> Registration.xa(id, "http://busi/xa", bytes(""));
                    default -> Registration.workflow(id, "action", BranchStatus.SUCCEED, bytes("done"));
                };
                host.send(commands -> commands.registerBranch(Request.of(0), gid, registration));
            }
            return this;
        }

        void aborts(String kind, String reason) {
            host.send(commands -> commands.abort(Request.of(0), gid, kind, reason));
        }

        /** The open call that was made first ends. */
        void replies(Outcome outcome, String text) {
            host.reply(host.slots.get(0), outcome, text);
        }

        void repliesToAll(Outcome outcome, String text) {
            for (int slot : List.copyOf(host.slots)) {
                host.reply(slot, outcome, text);
            }
        }
    }

    /** A host that holds calls for as long as they are open. */
    private static final class Host implements Effects {
        final StateMachine machine = new StateMachine((gid, command, failure) -> {
            throw new AssertionError(command + " " + gid, failure);
        });
        BranchCall[] calls = new BranchCall[4_096];
        /** Of the calls that the transaction at hand has open. */
        List<Integer> slots = new ArrayList<>();

        private final ExpandableArrayBuffer command = new ExpandableArrayBuffer(1 << 20);
        private final ExpandableArrayBuffer events = new ExpandableArrayBuffer(1 << 20);
        private int commandLength;
        private int nextSlot;
        private long position;
        private String gid = "";
        long now = 1_000_000;
        /** Of the last answer; "" for a success. */
        String refusal = "";

        private final CommandPublisher publisher = new CommandPublisher(new CommandSink() {
            @Override
            public MutableDirectBuffer claim(int length, Source source) {
                return command;
            }

            @Override
            public void publish(int length) {
                commandLength = length;
            }
        });

        Host() {
            send(commands -> commands.resume(1));
        }

        void send(Predicate<Commands> call) {
            assertThat(call.test(publisher)).isTrue();
            if (machine.decide(position + 1, now, now, Pressure.NONE, command, 0, commandLength, events, this) > 0) {
                position++;
            }
        }

        /** Every call that is open now ends. */
        void replyToAll(Outcome outcome, String text) {
            int end = nextSlot;
            for (int slot = 0; slot < end; slot++) {
                if (calls[slot] != null) {
                    reply(slot, outcome, text);
                }
            }
        }

        void settle() {
            send(Commands::tick);
            while (machine.hasWork()) {
                send(Commands::continueWork);
            }
        }

        void reply(int slot, Outcome outcome, String text) {
            long number = calls[slot].number();
            calls[slot] = null;
            slots.remove((Integer) slot);
            send(commands -> commands.branchReplied(number, outcome, text, 1));
        }

        @Override
        public void call(BranchCall call) {
            if (!call.gid().equals(gid)) {
                gid = call.gid();
                slots = new ArrayList<>();
            }
            slots.add(nextSlot);
            if (nextSlot == calls.length) {
                calls = Arrays.copyOf(calls, 2 * nextSlot);
            }
            calls[nextSlot++] = call;
        }

        @Override
        public void answer(long requestId, Answer answer) {
            refusal = answer.verdict() == Answer.Verdict.SUCCESS ? "" : answer.code();
        }

        @Override
        public void record(long requestId, TransactionRecord record) {}

        @Override
        public void page(long requestId, TransactionPage page) {}

        @Override
        public void topics(long requestId, TopicPage page) {}

        @Override
        public void cronReset(long requestId, CronReset.Part part) {}

        @Override
        public void waits(long requestId, int requestTimeoutS) {}

        @Override
        public void alert(Alert alert) {}

        @Override
        public void lookAgain(long requestId) {}

        @Override
        public void withdraw(long transactionId) {}
    }

    @Test
    void shouldCountFinishedTransactions() {
        Host host = new Host();
        host.calls = new BranchCall[100_000];
        int count = 5_000;
        long before = usedBytes();
        for (int i = 0; i < count; i++) {
            Life life = new Life(host, "transaction-" + (10_000_000 + i));
            life.submit("saga", 2);
            life.replies(Outcome.FAILURE, ERROR + " FAILURE");
            while (!host.slots.isEmpty()) {
                life.replies(Outcome.SUCCESS, "");
            }
        }
        long held = usedBytes() - before;
        long counted = 0;
        for (int i = 0; i < count; i++) {
            counted += host.machine.transaction("transaction-" + (10_000_000 + i)).countedBytes;
        }
        assertThat(host.machine.finishedTransactions()).isEqualTo(count);
        assertThat(host.machine.liveBytes()).isZero();
        assertThat((double) counted / held).isBetween(0.8, 1.2);
    }

    static Stream<Shape> greedyShapes() {
        return Stream.of(
                shape("saga whose client waits", 0, life -> {
                    life.builder.waitResult(true);
                    life.submit("saga", 2);
                }),
                shape("saga of 100 steps", 0, life -> life.submit("saga", 100)),
                shape("saga of 300 steps at once", 0, life -> {
                    life.builder.sagaConcurrent(true).customData("{\"concurrent\":true}");
                    life.submit("saga", 300);
                }),
                shape("msg of 300 branches at once", 0, life -> {
                    life.builder.concurrent(true);
                    life.submit("msg", 300);
                }),
                shape("msg of 300 branches one by one, delayed", 0, life -> {
                    life.builder.delay(10).customData("{\"delay\":10}");
                    life.submit("msg", 300);
                }),
                shape("msg to subscribers", 0, life -> {
                    life.builder.concurrent(true);
                    for (int i = 0; i < 20; i++) {
                        life.builder.step("topic://paid", "", bytes("{}"));
                    }
                    life.submit("msg", 0);
                }),
                shape("saga with many headers", 0, life -> {
                    for (int i = 0; i < 60; i++) {
                        life.builder.header("x-business-header-" + i, "a value of some length ".repeat(10) + i);
                    }
                    life.submit("saga", 1);
                }),
                shape("tcc with ever more branches", 0, life -> {
                    life.prepare("tcc", 0);
                    String refusal = life.host.refusal;
                    life.registers("tcc", 200);
                    life.submit("tcc", 0);
                    life.host.refusal = refusal;
                }),
                shape("saga whose submit brings more than its prepare", 0, life -> {
                    life.prepare("saga", 1);
                    String refusal = life.host.refusal;
                    life.builder.customData("x".repeat(10_000));
                    life.submit("saga", 0);
                    life.host.refusal = refusal;
                }));
    }

    @ParameterizedTest
    @MethodSource("greedyShapes")
    void shouldHoldTheBoundHoweverTransactionsGrow(Shape shape) {
        long bytesMax = 16 << 20;
        Host host = new Host();
        host.send(commands -> commands.configure(new Settings(10, 35, 0, 0, 1_000_000, bytesMax, 10, false)));
        run(shape, host, 0);
        for (int i = 0; !host.refusal.equals("bound.liveBytes"); i++) {
            shape.life.apply(i).accept(host);
            host.settle();
        }
        assertThat(host.machine.liveBytes()).isGreaterThan(bytesMax / 4);
        host.now += 10_000;
        host.settle();
        for (int step = 0; step < 99; step++) {
            host.replyToAll(shape.name.contains("100 steps") ? Outcome.SUCCESS : Outcome.UNKNOWN, ERROR);
            host.settle();
        }
        host.replyToAll(Outcome.UNKNOWN, ERROR);
        for (int i = 0; i < 100_000 && host.machine.transaction("transaction-" + (10_000_000 + i)) != null; i++) {
            new Life(host, "transaction-" + (10_000_000 + i)).aborts("tcc", ERROR.repeat(3));
        }
        host.settle();
        assertThat(host.machine.liveBytes()).isLessThan(bytesMax + bytesMax / 4);
    }

    @Test
    void shouldCountTopics() {
        Host host = new Host();
        long before = usedBytes();
        int topics = 200;
        for (int topic = 0; topic < topics; topic++) {
            for (int i = 0; i < 100; i++) {
                String name = "topic-" + topic;
                String url = "http://subscriber-" + i + ".example.org/on/paid";
                host.send(commands -> commands.subscribe(Request.of(0), name, url, "a remark"));
            }
        }
        long held = usedBytes() - before;
        assertThat((double) host.machine.liveBytes() / held).isBetween(0.8, 1.2);
    }

    @Test
    void shouldBoundTopicsByAQuarterOfTheBytes() {
        Host host = new Host();
        long bytesMax = 1 << 20;
        host.send(commands -> commands.configure(new Settings(10, 35, 0, 0, 1_000_000, bytesMax, 10, false)));
        String remark = "r".repeat(500);
        for (int i = 0; host.refusal.isEmpty(); i++) {
            String topic = "topic-" + i % 7;
            String url = "http://subscriber-" + i;
            host.send(commands -> commands.subscribe(Request.of(1), topic, url, remark));
        }
        assertThat(host.refusal).isEqualTo("bound.topicBytes");
        assertThat(host.machine.liveBytes()).isBetween(bytesMax / 5, bytesMax / 4);
        host.send(commands -> commands.deleteTopic(Request.of(1), "topic-0"));
        host.send(commands -> commands.subscribe(Request.of(1), "topic-1", "http://another", remark));
        assertThat(host.refusal).isEmpty();
    }
}
