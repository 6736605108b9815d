package io.assent.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Bounds of registered branches, workflows and topics, each at its bound and one over. */
class RegisteredLimitsTest {
    private static final byte[] NOTHING = {};

    private final Machine machine = new Machine();
    private long requests;

    RegisteredLimitsTest() {
        machine.checksEveryCommand = false;
    }

    private String send(Predicate<Commands> call) {
        machine.send(call);
        return String.join(" ", machine.effects);
    }

    private void prepare(TransactionKind kind) {
        SubmissionBuilder builder = new SubmissionBuilder().gid("g").kind(kind);
        if (kind.equals(TransactionKind.WORKFLOW)) {
            builder.workflow("w", NOTHING);
        }
        Submission submission = builder.build();
        assertThat(send(commands -> commands.prepare(Request.of(++requests), submission, HistoryAnswer.NO_HISTORY)))
                .contains("SUCCESS");
    }

    private String register(Registration registration) {
        return send(commands -> commands.registerBranch(Request.of(++requests), "g", registration));
    }

    @Test
    void shouldBoundTheTextsOfARegistration() {
        assertThat(Registration.tcc("i".repeat(128), "c".repeat(2048), "d".repeat(2048), NOTHING)
                        .check())
                .isNull();
        refused(Registration.tcc("i".repeat(129), "", "", NOTHING), "branch_id.limit", "129");
        refused(Registration.tcc("", "c".repeat(2049), "", NOTHING), "confirm.limit", "2049");
        refused(Registration.tcc("", "", "c".repeat(2049), NOTHING), "cancel.limit", "2049");
        refused(Registration.xa("", "u".repeat(2049), NOTHING), "url.limit", "2049");
        refused(Registration.workflow("01", "", BranchStatus.SUCCEED, NOTHING), "op.empty", "op");
        assertThat(Registration.workflow("01", "o".repeat(45), BranchStatus.SUCCEED, NOTHING)
                        .check())
                .isNull();
        refused(Registration.workflow("01", "o".repeat(46), BranchStatus.SUCCEED, NOTHING), "op.limit", "46");
    }

    private static void refused(Registration registration, String code, String words) {
        Rejection rejection = registration.check();
        assertThat(rejection).isNotNull();
        assertThat(rejection.code()).isEqualTo(code);
        assertThat(rejection.text()).contains(words);
    }

    @Test
    void shouldFitTheLargestRegistrationIntoOneRecord() {
        int fixed = Registration.workflow("01", "action", BranchStatus.SUCCEED, NOTHING)
                .bytes()
                .length;
        byte[] largest = new byte[Limits.SUBMISSION_BYTES_MAX - fixed];
        Registration registration = Registration.workflow("01", "action", BranchStatus.SUCCEED, largest);
        assertThat(registration.check()).isNull();
        prepare(TransactionKind.WORKFLOW);
        assertThat(register(registration)).contains("SUCCESS");
        assertThat(machine.records.get(machine.records.size() - 1).length).isLessThanOrEqualTo(Limits.RECORD_BYTES_MAX);
        machine.checkRules();
        refused(
                Registration.workflow("01", "action", BranchStatus.SUCCEED, new byte[largest.length + 1]),
                "data.limit",
                "bytes");
    }

    @Test
    void shouldBoundTheRowsOfOneTransaction() {
        prepare(TransactionKind.TCC);
        for (int i = 0; i < Limits.ROWS_MAX / 2; i++) {
            assertThat(register(Registration.tcc("b" + i, "", "", NOTHING))).contains("SUCCESS");
        }
        assertThat(register(Registration.tcc("b0", "", "", NOTHING)))
                .as("known")
                .contains("SUCCESS");
        assertThat(register(Registration.tcc("b0", "x", "", NOTHING))).contains("UniqueKeyConflict");
        assertThat(register(Registration.tcc("more", "", "", NOTHING)))
                .contains("ERROR")
                .contains("10000 branch rows");
        machine.checkRules();
        Submission submission =
                new SubmissionBuilder().gid("g").kind(TransactionKind.TCC).build();
        send(commands -> commands.submit(Request.of(++requests), submission, HistoryAnswer.NO_HISTORY));
        machine.continueWork();
        assertThat(machine.transaction("g").status).isEqualTo(TransactionStatus.SUCCEED);
    }

    @Test
    void shouldBoundTheBytesOfOneTransaction() {
        prepare(TransactionKind.WORKFLOW);
        byte[] data = new byte[1 << 20];
        int accepted = 0;
        String answer = "SUCCESS";
        while (answer.contains("SUCCESS")) {
            answer = register(Registration.workflow("b" + accepted, "action", BranchStatus.SUCCEED, data));
            accepted++;
        }
        assertThat(answer).contains("ERROR").contains(Limits.REGISTERED_BYTES_MAX + " bytes");
        assertThat(accepted - 1).isEqualTo((Limits.REGISTERED_BYTES_MAX >> 20) - 1);
        assertThat(register(Registration.workflow("small", "action", BranchStatus.SUCCEED, NOTHING)))
                .as("a small one still fits")
                .contains("SUCCESS");
    }

    private String subscribe(String topic, String url, String remark) {
        return send(commands -> commands.subscribe(Request.of(++requests), topic, url, remark));
    }

    @Test
    void shouldBoundTopics() {
        assertThat(subscribe("t".repeat(128), "u".repeat(2048), "r".repeat(512)))
                .contains("SUCCESS");
        assertThat(subscribe("t".repeat(129), "u", "")).contains("topic: at most 128 characters");
        assertThat(subscribe("t", "u".repeat(2049), "")).contains("url: at most 2048 characters");
        assertThat(subscribe("t", "u", "r".repeat(513))).contains("remark: at most 512 characters");
        for (int i = 0; i < Limits.SUBSCRIBERS_PER_TOPIC_MAX; i++) {
            assertThat(subscribe("full", "u" + i, "")).contains("SUCCESS");
        }
        assertThat(subscribe("full", "one more", "")).contains("at most 1000 subscribers");
        for (int i = 2; i < Limits.TOPICS_MAX; i++) {
            assertThat(subscribe("t" + i, "u", "")).contains("SUCCESS");
        }
        assertThat(subscribe("one more", "u", "")).contains("topics: at most 10000 topics");
        machine.checkRules();
    }

    @Test
    void shouldBoundTheSubscribersOfAllTopics() {
        for (int topic = 0; topic < Limits.SUBSCRIPTIONS_MAX / Limits.SUBSCRIBERS_PER_TOPIC_MAX; topic++) {
            for (int i = 0; i < Limits.SUBSCRIBERS_PER_TOPIC_MAX; i++) {
                assertThat(subscribe("t" + topic, "u" + i, "")).contains("SUCCESS");
            }
        }
        assertThat(subscribe("other", "u", "")).contains("topics together: at most 50000 subscribers");
        send(commands -> commands.deleteTopic(Request.of(++requests), "t0"));
        assertThat(subscribe("other", "u", "")).contains("SUCCESS");
    }

    private Submission message(int topicSteps, int plainSteps) {
        SubmissionBuilder builder = new SubmissionBuilder().gid("g").kind(TransactionKind.MSG);
        for (int i = 0; i < topicSteps; i++) {
            builder.step("topic://t", "", NOTHING);
        }
        for (int i = 0; i < plainSteps; i++) {
            builder.step("http://a", "", NOTHING);
        }
        assertThat(builder.check()).isNull();
        return builder.build();
    }

    private String submit(Submission submission) {
        return send(commands -> commands.submit(Request.of(++requests), submission, HistoryAnswer.NO_HISTORY));
    }

    @Test
    void shouldBoundTheRowsAfterExpansion() {
        for (int i = 0; i < 100; i++) {
            subscribe("t", "http://u" + i, "");
        }
        assertThat(submit(message(100, 1))).contains("more than 10000 branch rows");
        assertThat(submit(message(100, 0))).contains("SUCCESS");
        assertThat(machine.transaction("g").rowCount()).isEqualTo(Limits.ROWS_MAX);
        machine.checkRules();
    }

    @Test
    void shouldFitTheLargestExpansionIntoOneRecord() {
        char[] path = new char[1_000];
        Arrays.fill(path, 'p');
        int url = Integer.BYTES + 1_010;
        int subscribers = Limits.EXPANSION_BYTES_MAX / url / 2;
        for (int i = 0; i < subscribers; i++) {
            subscribe("t", String.format("http://%03d", i) + new String(path), "");
        }
        assertThat(submit(message(3, 0))).contains("more than " + Limits.EXPANSION_BYTES_MAX + " bytes");
        int payload = Limits.SUBMISSION_BYTES_MAX - 2 * 12 - 2 * "topic://t".length();
        Submission largest = new SubmissionBuilder()
                .gid("g")
                .kind(TransactionKind.MSG)
                .step("topic://t", "", new byte[payload])
                .step("topic://t", "", NOTHING)
                .build();
        assertThat(submit(largest)).contains("SUCCESS");
        assertThat(machine.records.get(machine.records.size() - 1).length).isLessThanOrEqualTo(Limits.RECORD_BYTES_MAX);
    }

    @Test
    void shouldResetABoundedPartAndGoOnBehindIt() {
        int count = Limits.EFFECTS_PER_COMMAND_MAX;
        for (int i = 0; i < count; i++) {
            Submission one = new SubmissionBuilder()
                    .gid("g" + i)
                    .kind(TransactionKind.MSG)
                    .retryInterval(1_000)
                    .step("http://a", "", NOTHING)
                    .build();
            submit(one);
        }
        for (long number : List.copyOf(machine.open.keySet())) {
            machine.reply(number, Outcome.ONGOING, "");
        }
        int total = 0;
        int parts = 0;
        long below = Long.MAX_VALUE;
        do {
            CronReset reset = new CronReset(below, 100_000, Integer.MAX_VALUE);
            send(commands -> commands.resetCronTime(Request.of(++requests), reset));
            total += machine.lastPart.count();
            below = machine.lastPart.nextId();
            parts++;
        } while (below != 0);
        assertThat(total).isEqualTo(count);
        assertThat(parts).as("a call and a reset each cost").isGreaterThan(1);
        assertThat(machine.open).hasSize(count);
        machine.checkRules();
    }
}
