package io.assent.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Every bound that the engine or the submission builder keeps, at it and one over it. */
class LimitsTest {
    private static final byte[] NOTHING = new byte[0];

    private long requests;

    private static SubmissionBuilder saga(Consumer<SubmissionBuilder> with) {
        SubmissionBuilder builder = new SubmissionBuilder().gid("g").kind(TransactionKind.SAGA);
        with.accept(builder);
        return builder;
    }

    private static void steps(SubmissionBuilder builder, int count) {
        for (int i = 0; i < count; i++) {
            builder.step("http://a", "http://c", NOTHING);
        }
    }

    private static void shouldRefuse(SubmissionBuilder builder, String code, String words) {
        Rejection rejection = builder.check();
        assertThat(rejection).isNotNull();
        assertThat(rejection.verdict()).isEqualTo(Answer.Verdict.ERROR);
        assertThat(rejection.code()).isEqualTo(code);
        assertThat(rejection.text()).contains(words).doesNotContain("FAILURE").doesNotContain("ONGOING");
    }

    private static void shouldAccept(SubmissionBuilder builder) {
        assertThat(builder.check()).isNull();
        builder.build();
    }

    @Test
    void shouldBoundTheGid() {
        shouldAccept(saga(builder -> builder.gid("x".repeat(Limits.GID_CHARS_MAX))));
        shouldRefuse(saga(builder -> builder.gid("x".repeat(Limits.GID_CHARS_MAX + 1))), "gid.limit", "gid has 129");
        shouldRefuse(saga(builder -> builder.gid("")), "gid.empty", "gid must not be empty");
    }

    @Test
    void shouldNameAMissingKind() {
        shouldRefuse(saga(builder -> builder.kind(null)), "trans_type.missing", "trans_type is missing");
    }

    @Test
    void shouldBoundStepsUrlsAndProtocol() {
        shouldAccept(saga(builder -> steps(builder, Limits.STEPS_MAX)));
        shouldRefuse(saga(builder -> steps(builder, Limits.STEPS_MAX + 1)), "steps.limit", "5001 steps");
        String longest = "http://h/" + "x".repeat(Limits.URL_CHARS_MAX - 9);
        shouldAccept(saga(builder -> builder.step(longest, longest, NOTHING)));
        shouldRefuse(saga(builder -> builder.step(longest + "x", "", NOTHING)), "steps.action.limit", "2049");
        shouldRefuse(saga(builder -> builder.step("", longest + "x", NOTHING)), "steps.compensate.limit", "2049");
        shouldRefuse(saga(builder -> builder.queryPrepared(longest + "x")), "query_prepared.limit", "2049");
        shouldAccept(saga(builder -> builder.protocol("p".repeat(Limits.PROTOCOL_CHARS_MAX))));
        shouldRefuse(
                saga(builder -> builder.protocol("p".repeat(Limits.PROTOCOL_CHARS_MAX + 1))), "protocol.limit", "46");
    }

    @Test
    void shouldBoundHeadersInNumberAndBytes() {
        shouldAccept(saga(builder -> headers(builder, Limits.HEADERS_MAX)));
        shouldRefuse(saga(builder -> headers(builder, Limits.HEADERS_MAX + 1)), "branch_headers.limit", "65 headers");
        shouldAccept(saga(builder -> builder.header("n", "v".repeat(Limits.HEADER_BYTES_MAX - 1))));
        shouldRefuse(
                saga(builder -> builder.header("n", "v".repeat(Limits.HEADER_BYTES_MAX))),
                "branch_headers.limit",
                "16385 bytes");
        shouldAccept(saga(builder -> builder.attribute("n", "v".repeat(Limits.ATTRIBUTE_BYTES_MAX - 1))));
        shouldRefuse(
                saga(builder -> builder.attribute("n", "v".repeat(Limits.ATTRIBUTE_BYTES_MAX))),
                "trace context.limit",
                "2049 bytes");
    }

    private static void headers(SubmissionBuilder builder, int count) {
        for (int i = 0; i < count; i++) {
            builder.header("n" + i, "v");
        }
    }

    @Test
    void shouldBoundNumbers() {
        shouldAccept(saga(builder -> builder.timeoutToFail(Integer.MAX_VALUE)));
        shouldRefuse(
                saga(builder -> builder.timeoutToFail(Integer.MAX_VALUE + 1L)),
                "timeout_to_fail.range",
                "timeout_to_fail must be between");
        shouldRefuse(saga(builder -> builder.timeoutToFail(-1)), "timeout_to_fail.range", "found -1");
        shouldRefuse(saga(builder -> builder.retryInterval(-1)), "retry_interval.range", "retry_interval");
        shouldRefuse(saga(builder -> builder.retryLimit(-1)), "retry_limit.range", "retry_limit");
        shouldRefuse(saga(builder -> builder.retryCount(-1)), "retry_count.range", "retry_count");
        shouldRefuse(saga(builder -> builder.delay(-1)), "custom_data.delay.range", "custom_data.delay");
        assertThat(saga(builder -> builder.requestTimeout(-5)).build().options().requestTimeoutS())
                .as("a negative request_timeout counts as not given (PROTOCOL 2.1)")
                .isZero();
    }

    @Test
    void shouldRefuseOrdersThatCanNotBeKept() {
        shouldAccept(saga(builder -> {
            steps(builder, 3);
            builder.sagaConcurrent(true).order(0, 2).order(0, 2).order(1, 2);
        }));
        shouldAccept(saga(builder -> {
            steps(builder, 3);
            builder.order(2, 0);
        }));
        orders("names step 3", true, 3, 0);
        orders("names step -1", true, -1, 0);
        orders("wait for step 3", true, 0, 3);
        orders("wait for itself", true, 1, 1);
        orders("has a cycle", true, 0, 1, 1, 2, 2, 0);
        orders("not concurrent", false, 0, 1);
    }

    private static void orders(String words, boolean concurrent, int... pairs) {
        shouldRefuse(
                saga(builder -> {
                    steps(builder, 3);
                    builder.sagaConcurrent(concurrent);
                    for (int i = 0; i < pairs.length; i += 2) {
                        builder.order(pairs[i], pairs[i + 1]);
                    }
                }),
                "custom_data.orders",
                words);
    }

    @Test
    void shouldBoundOrderEdges() {
        shouldAccept(saga(builder -> edges(builder, Limits.ORDER_EDGES_MAX)));
        shouldRefuse(saga(builder -> edges(builder, Limits.ORDER_EDGES_MAX + 1)), "custom_data.orders.limit", "50001");
    }

    private static void edges(SubmissionBuilder builder, int count) {
        steps(builder, 2);
        builder.sagaConcurrent(true);
        for (int i = 0; i < count; i++) {
            builder.order(1, 0);
        }
    }

    @Test
    void shouldFitTheLargestAcceptedSubmissionIntoOneRecord() {
        int payload = Limits.SUBMISSION_BYTES_MAX - 12 - "http://a".length();
        Machine machine = new Machine();
        machine.checksEveryCommand = false;
        SubmissionBuilder largest = new SubmissionBuilder()
                .gid("\u4e2d".repeat(Limits.GID_CHARS_MAX))
                .kind(TransactionKind.SAGA)
                .queryPrepared("q".repeat(Limits.URL_CHARS_MAX))
                .step("http://a", "", new byte[payload]);
        headers(largest, Limits.HEADERS_MAX);
        assertThat(largest.check()).isNull();
        machine.send(commands -> commands.submit(Request.of(++requests), largest.build(), HistoryAnswer.NO_HISTORY));
        assertThat(machine.records.get(0).length).isLessThanOrEqualTo(Limits.RECORD_BYTES_MAX);
        shouldRefuse(
                saga(builder -> builder.step("http://a", "", new byte[payload + 1])),
                "steps, payloads and custom_data together.limit",
                "bytes");
    }

    @Test
    void shouldBoundStoredStepsAndOptionsOfTheSubmitTogether() {
        Machine machine = new Machine();
        machine.checksEveryCommand = false;
        Submission prepared = saga(builder -> builder.step("http://a", "", new byte[5_900_000]))
                .build();
        machine.send(commands -> commands.prepare(Request.of(++requests), prepared, HistoryAnswer.NO_HISTORY));
        int stored = prepared.stepsBytes().length;
        int fixed = saga(builder -> builder.customData("x")).build().options().bytes().length - 1;
        int largest = Limits.MERGED_BYTES_MAX - stored - fixed;
        submit(machine, largest + 1);
        assertThat(machine.effects)
                .singleElement()
                .asString()
                .contains("ERROR prepared")
                .contains("at most " + Limits.MERGED_BYTES_MAX);
        assertThat(machine.events).isEmpty();
        submit(machine, largest);
        assertThat(machine.effects).contains("answer " + requests + " SUCCESS submitted");
    }

    private void submit(Machine machine, int customDataBytes) {
        Submission submission =
                saga(builder -> builder.customData("x".repeat(customDataBytes))).build();
        machine.send(commands -> commands.submit(Request.of(++requests), submission, HistoryAnswer.NO_HISTORY));
    }

    @Test
    void shouldDoABoundedPartOfTheWorkPerCommandAndTheRestBehindIt() {
        Machine machine = new Machine();
        machine.checksEveryCommand = false;
        Submission wide = saga(builder -> {
                    steps(builder, Limits.EFFECTS_PER_COMMAND_MAX + 1);
                    builder.sagaConcurrent(true);
                })
                .build();
        machine.send(commands -> commands.submit(Request.of(++requests), wide, HistoryAnswer.NO_HISTORY));
        assertThat(machine.open).hasSize(Limits.EFFECTS_PER_COMMAND_MAX);
        assertThat(machine.stateMachine().hasWork()).isTrue();
        machine.checkRules();
        machine.send(Commands::continueWork);
        assertThat(machine.open).hasSize(Limits.EFFECTS_PER_COMMAND_MAX + 1);
        assertThat(machine.stateMachine().hasWork()).isFalse();
    }

    @Test
    void shouldCountEmptyUrlsAsWork() {
        Machine machine = new Machine();
        machine.checksEveryCommand = false;
        Submission empty = saga(builder -> {
                    for (int i = 0; i < Limits.EFFECTS_PER_COMMAND_MAX + 1; i++) {
                        builder.step("", "", NOTHING);
                    }
                })
                .build();
        machine.send(commands -> commands.submit(Request.of(++requests), empty, HistoryAnswer.NO_HISTORY));
        assertThat(machine.events).hasSize(1 + Limits.EFFECTS_PER_COMMAND_MAX);
        machine.continueWork();
        assertThat(machine.transaction("g").status).isEqualTo(TransactionStatus.SUCCEED);
    }

    @Test
    void shouldFireABoundedNumberOfTimersPerTick() {
        Machine machine = new Machine();
        machine.checksEveryCommand = false;
        for (int i = 0; i <= Limits.TIMERS_PER_COMMAND_MAX; i++) {
            Submission delayed = new SubmissionBuilder()
                    .gid("g" + i)
                    .kind(TransactionKind.MSG)
                    .delay(5)
                    .step("http://a", "", NOTHING)
                    .build();
            machine.send(commands -> commands.submit(Request.of(++requests), delayed, HistoryAnswer.NO_HISTORY));
        }
        machine.now += 5_000;
        machine.send(Commands::tick);
        assertThat(machine.open).hasSize(Limits.TIMERS_PER_COMMAND_MAX);
        assertThat(machine.stateMachine().nextDeadlineMs()).isEqualTo(machine.now);
        machine.send(Commands::tick);
        assertThat(machine.open).hasSize(Limits.TIMERS_PER_COMMAND_MAX + 1);
    }

    @Test
    void shouldResumeInBoundedPortionsOldestFirst() {
        Machine machine = new Machine();
        machine.checksEveryCommand = false;
        int count = 2 * Limits.EFFECTS_PER_COMMAND_MAX;
        for (int i = 0; i < count; i++) {
            Submission one = saga(builder -> steps(builder, 1)).gid("g" + i).build();
            machine.send(commands -> commands.submit(Request.of(++requests), one, HistoryAnswer.NO_HISTORY));
        }
        machine.restart();
        assertThat(machine.open.size()).isBetween(1, Limits.EFFECTS_PER_COMMAND_MAX);
        machine.continueWork();
        assertThat(machine.open).hasSize(count);
        assertThat(machine.open.values().stream().map(BranchCall::gid).toList())
                .startsWith("g0", "g1", "g2")
                .endsWith("g" + (count - 1));
    }

    @Test
    void shouldBoundTheWaitersOfOneTransaction() {
        Machine machine = new Machine();
        Submission waiting = saga(builder -> {
                    steps(builder, 1);
                    builder.waitResult(true);
                })
                .build();
        for (int i = 0; i < Limits.WAITERS_PER_TRANSACTION_MAX; i++) {
            machine.send(commands -> commands.submit(Request.of(++requests), waiting, HistoryAnswer.NO_HISTORY));
            assertThat(machine.effects).noneMatch(effect -> effect.startsWith("answer"));
        }
        machine.send(commands -> commands.submit(Request.of(++requests), waiting, HistoryAnswer.NO_HISTORY));
        assertThat(machine.effects)
                .singleElement()
                .asString()
                .contains("UNAVAILABLE")
                .contains("waitersPerTransaction");
        machine.reply(machine.openCall("g/01/action").number(), Outcome.SUCCESS, "");
        assertThat(machine.effects).hasSize(Limits.WAITERS_PER_TRANSACTION_MAX);
    }

    @Test
    void shouldForgetTheOldestFinishedFirstWithoutAHistory() {
        Machine machine = new Machine();
        machine.send(commands -> commands.configure(new Settings(10, 35, 0, 0, 10, 1 << 20, 2, false)));
        for (String gid : new String[] {"a", "b", "c"}) {
            submitEmpty(machine, gid);
        }
        assertThat(machine.events).endsWith("finished 3 succeed", "forgotten 1");
        assertThat(machine.transaction("a")).isNull();
        assertThat(machine.transaction("b")).isNotNull();
        submitEmpty(machine, "a");
        assertThat(machine.events).as("a forgotten gid is new again").startsWith("created 4 saga submitted R=10");
    }

    @Test
    void shouldForgetABoundedNumberAtATimeWhenTheBoundWasLowered() {
        Machine machine = new Machine();
        machine.checksEveryCommand = false;
        int before = 2 * Limits.FORGOTTEN_PER_COMMAND_MAX;
        for (int i = 0; i < before; i++) {
            submitEmpty(machine, "g" + i);
        }
        Settings lower = new Settings(10, 35, 0, 0, 1_000, 1L << 30, 10, false);
        machine.send(commands -> commands.configure(lower));
        submitEmpty(machine, "first");
        assertThat(machine.events)
                .filteredOn(event -> event.startsWith("forgotten"))
                .hasSize(Limits.FORGOTTEN_PER_COMMAND_MAX);
        submitEmpty(machine, "second");
        assertThat(machine.stateMachine().finishedTransactions()).isEqualTo(10);
        machine.checkRules();
    }

    @Test
    void shouldRefuseOnlyNewGidsAtABound() {
        Machine machine = new Machine();
        machine.send(commands -> commands.configure(new Settings(10, 35, 0, 0, 1, 1 << 20, 10, false)));
        Submission first = saga(builder -> steps(builder, 1)).build();
        Submission other = saga(builder -> steps(builder, 1)).gid("h").build();
        machine.send(commands -> commands.prepare(Request.of(++requests), first, HistoryAnswer.NO_HISTORY));
        machine.send(commands -> commands.submit(Request.of(++requests), other, HistoryAnswer.NO_HISTORY));
        assertThat(machine.effects)
                .singleElement()
                .asString()
                .contains("UNAVAILABLE")
                .contains("liveTransactionsMax");
        for (Pressure pressure : new Pressure[] {Pressure.DISK, Pressure.DRAINING, Pressure.FOLLOWER_LAG}) {
            machine.pressure = pressure;
            machine.send(commands -> commands.submit(Request.of(++requests), other, HistoryAnswer.NO_HISTORY));
            assertThat(machine.effects)
                    .singleElement()
                    .asString()
                    .contains("UNAVAILABLE")
                    .contains(pressure.boundName());
            assertThat(machine.transaction("h")).isNull();
        }
        machine.send(commands -> commands.submit(Request.of(++requests), first, HistoryAnswer.NO_HISTORY));
        assertThat(machine.transaction("g").status).isEqualTo(TransactionStatus.SUBMITTED);
    }

    @Test
    void shouldBoundTheBytesOfLiveTransactions() {
        Machine machine = new Machine();
        Submission one =
                saga(builder -> builder.step("http://a", "", new byte[10_000])).build();
        machine.send(commands -> commands.configure(new Settings(
                10, 35, 0, 0, 10, Transaction.bytesMax(one, machine.modes.of(TransactionKind.SAGA)), 10, false)));
        machine.send(commands -> commands.submit(Request.of(++requests), one, HistoryAnswer.NO_HISTORY));
        assertThat(machine.transaction("g")).isNotNull();
        Submission other = saga(builder -> steps(builder, 1)).gid("h").build();
        machine.send(commands -> commands.submit(Request.of(++requests), other, HistoryAnswer.NO_HISTORY));
        assertThat(machine.effects)
                .singleElement()
                .asString()
                .contains("UNAVAILABLE")
                .contains("liveBytesMax");
    }

    @Test
    void shouldKeepABoundedErrorTextAndReason() {
        Machine machine = new Machine();
        Submission one = saga(builder -> steps(builder, 1)).build();
        machine.send(commands -> commands.submit(Request.of(++requests), one, HistoryAnswer.NO_HISTORY));
        machine.reply(machine.openCall("g/01/action").number(), Outcome.FAILURE, "\u4e2d".repeat(2_000));
        machine.send(commands -> commands.query(++requests, "g"));
        String text = machine.lastRecord.branches().get(1).lastError();
        assertThat(Utf8.encode(text).length).isBetween(Limits.ERROR_TEXT_BYTES_MAX - 3, Limits.ERROR_TEXT_BYTES_MAX);
        assertThat(text).doesNotContain("\ufffd").endsWith("\u4e2d FAILURE");
    }

    @Test
    void shouldSayFailureAtTheEndOfARefusalThatIsCutShort() {
        Machine machine = new Machine();
        Submission message = new SubmissionBuilder()
                .gid("g")
                .kind(TransactionKind.MSG)
                .waitResult(true)
                .step("http://a", "", new byte[0])
                .build();
        machine.send(commands -> commands.submit(Request.of(++requests), message, HistoryAnswer.NO_HISTORY));
        machine.reply(machine.openCall("g/01/action").number(), Outcome.FAILURE, "x".repeat(4_000) + " FAILURE");
        assertThat(machine.effects)
                .singleElement()
                .asString()
                .startsWith("answer 1 FAILURE submitted | your http/grpc")
                .endsWith("xxx FAILURE");
    }

    @Test
    void shouldListNewestFirstInBoundedParts() {
        Machine machine = new Machine();
        for (int i = 1; i <= 5; i++) {
            submitEmpty(machine, "g" + i);
        }
        machine.send(commands -> commands.list(++requests, filter(Long.MAX_VALUE, 2)));
        TransactionPage first = machine.pages.get(0);
        assertThat(first.records().stream().map(TransactionRecord::gid)).containsExactly("g5", "g4");
        machine.send(commands -> commands.list(++requests, filter(first.nextId(), 3)));
        TransactionPage second = machine.pages.get(1);
        assertThat(second.records().stream().map(TransactionRecord::gid)).containsExactly("g3", "g2", "g1");
        assertThat(second.nextId()).isZero();
    }

    private static TransactionFilter filter(long belowId, int limit) {
        return new TransactionFilter(belowId, limit, null, null, 0, Long.MAX_VALUE);
    }

    private void submitEmpty(Machine machine, String gid) {
        Submission submission = saga(builder -> builder.gid(gid)).build();
        machine.send(commands -> commands.submit(Request.of(++requests), submission, HistoryAnswer.NO_HISTORY));
    }
}
