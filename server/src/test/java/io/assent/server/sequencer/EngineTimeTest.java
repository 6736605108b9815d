package io.assent.server.sequencer;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.engine.Answer.Verdict;
import io.assent.engine.HistoryAnswer;
import io.assent.engine.Outcome;
import io.assent.engine.Registration;
import io.assent.engine.Request;
import io.assent.engine.Submission;
import io.assent.engine.SubmissionBuilder;
import io.assent.engine.TransactionKind;
import io.assent.engine.TransactionRecord;
import io.assent.engine.TransactionStatus;
import io.assent.journal.MemoryJournal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SAFETY, Time, for both ways of draining: what the server did before, or did not, changes no deadline. */
class EngineTimeTest {
    private static final String ACTION = "http://rm/action";
    private static final String OTHER = "http://rm/other";

    private static VirtualServer started(boolean onLoop) {
        VirtualServer server = new VirtualServer(onLoop, new MemoryJournal(), 16, 0);
        server.start();
        return server;
    }

    private static Submission saga(String gid, String action, int timeoutS, int retryIntervalS) {
        return new SubmissionBuilder()
                .gid(gid)
                .kind(TransactionKind.SAGA)
                .timeoutToFail(timeoutS)
                .retryInterval(retryIntervalS)
                .step(action, "", new byte[0])
                .build();
    }

    private static long submit(VirtualServer server, Submission submission) {
        return server.ask((out, id) -> out.submit(Request.of(id), submission, HistoryAnswer.NO_HISTORY));
    }

    private static TransactionRecord query(VirtualServer server, String gid) {
        long id = server.ask((out, request) -> out.query(request, gid));
        server.run(0);
        while (!server.records.containsKey(id)) {
            server.run(1);
        }
        return server.records.get(id);
    }

    private static List<Long> callTimes(VirtualServer server) {
        return server.calls.stream().map(VirtualServer.Call::atMs).toList();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldGiveASagaItsWholeTimeoutBehindAnIdleMinute(boolean onLoop) {
        VirtualServer server = started(onLoop);
        server.answers(ACTION, 2_000, Outcome.SUCCESS);
        server.run(60_000);
        submit(server, saga("a", ACTION, 20, 0));
        server.run(1_999);
        TransactionRecord record = query(server, "a");
        assertThat(record.status()).isEqualTo(TransactionStatus.SUBMITTED);
        assertThat(record.createTimeMs()).isEqualTo(VirtualServer.START_MS + 60_000);
        assertThat(record.deadlineMs()).isEqualTo(VirtualServer.START_MS + 80_000);
        server.run(1);
        assertThat(query(server, "a").status()).isEqualTo(TransactionStatus.SUCCEED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldTakeARegistrationBehindAnIdleMinute(boolean onLoop) {
        VirtualServer server = started(onLoop);
        server.run(65_000);
        Submission tcc =
                new SubmissionBuilder().gid("t").kind(TransactionKind.TCC).build();
        server.ask((out, id) -> out.prepare(Request.of(id), tcc, HistoryAnswer.NO_HISTORY));
        server.run(500);
        long id = server.ask((out, request) ->
                out.registerBranch(Request.of(request), "t", Registration.tcc("01", ACTION, OTHER, new byte[0])));
        server.run(0);
        assertThat(server.answers.get(id).verdict()).isEqualTo(Verdict.SUCCESS);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldKeepTheIntervalsOfRetriesBehindAnIdleTime(boolean onLoop) {
        VirtualServer server = started(onLoop);
        server.answers(ACTION, 0, Outcome.UNKNOWN);
        server.run(130_000);
        submit(server, saga("a", ACTION, 0, 10));
        server.run(90_000);
        assertThat(callTimes(server)).containsExactly(130_000L, 150_000L, 190_000L);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldDecideAtThePresentWhileACallIsOpenForLong(boolean onLoop) {
        VirtualServer server = started(onLoop);
        server.answers(OTHER, 2_000, Outcome.SUCCESS);
        submit(server, saga("hangs", ACTION, 0, 0));
        server.run(3_600_000);
        submit(server, saga("a", OTHER, 20, 0));
        server.run(2_000);
        TransactionRecord record = query(server, "a");
        assertThat(record.status()).isEqualTo(TransactionStatus.SUCCEED);
        assertThat(record.createTimeMs()).isEqualTo(VirtualServer.START_MS + 3_600_000);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldReadAReplyThatCameWithinAPauseBeforeItsDeadlineComes(boolean onLoop) {
        VirtualServer server = started(onLoop);
        server.answers(ACTION, 19_000, Outcome.SUCCESS);
        submit(server, saga("a", ACTION, 20, 0));
        server.run(1_000);
        server.pause(30_000);
        server.run(1_000);
        TransactionRecord record = query(server, "a");
        assertThat(record.status()).as(record.rollbackReason()).isEqualTo(TransactionStatus.SUCCEED);
    }

    /** The loop stood still between its reading and its drain: what came meanwhile is read before any deadline of that time. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldReadSocketsBehindAPauseBetweenReadingAndDraining(boolean onLoop) {
        VirtualServer server = started(onLoop);
        server.answers(ACTION, 500, Outcome.SUCCESS);
        submit(server, saga("a", ACTION, 1, 0));
        server.run(100);
        server.execute(() -> {
            server.pause(30_000);
            server.wake();
        });
        server.run(1_000);
        TransactionRecord record = query(server, "a");
        assertThat(record.status()).as(record.rollbackReason()).isEqualTo(TransactionStatus.SUCCEED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldDecideAtThePresentBehindAPauseWithACallOpen(boolean onLoop) {
        VirtualServer server = started(onLoop);
        server.answers(OTHER, 2_000, Outcome.SUCCESS);
        submit(server, saga("hangs", ACTION, 25, 0));
        server.run(1_000);
        server.arrivesAfter(30_000, () -> submit(server, saga("a", OTHER, 20, 0)));
        server.pause(30_000);
        server.run(5);
        assertThat(query(server, "a").createTimeMs() - VirtualServer.START_MS).isBetween(31_000L, 31_005L);
        server.run(2_000);
        assertThat(query(server, "a").status()).isEqualTo(TransactionStatus.SUCCEED);
        assertThat(query(server, "hangs").rollbackReason()).isEqualTo("Timeout after 25 seconds");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldTimeOutInTimeWhenNobodyAnswers(boolean onLoop) {
        VirtualServer server = started(onLoop);
        server.run(3_600_000);
        submit(server, saga("a", ACTION, 20, 0));
        server.run(19_999);
        assertThat(query(server, "a").status()).isEqualTo(TransactionStatus.SUBMITTED);
        server.run(2);
        assertThat(query(server, "a").rollbackReason()).isEqualTo("Timeout after 20 seconds");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldKeepATimeoutWithinATenthWhenTheWallClockJumps(boolean onLoop) {
        for (long jumpMs : new long[] {-3_600_000, 86_400_000}) {
            VirtualServer server = started(onLoop);
            server.run(60_000);
            server.wallSkewMs = jumpMs;
            server.run(60_000);
            submit(server, saga("a", ACTION, 20, 0));
            server.run(18_000);
            assertThat(query(server, "a").status()).isEqualTo(TransactionStatus.SUBMITTED);
            server.run(4_500);
            assertThat(query(server, "a").rollbackReason()).isEqualTo("Timeout after 20 seconds");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldFireWhatIsOverdueBehindARestartAndGoOnFromTheJournalsTimeWhenTheWallClockIsBehind(boolean onLoop) {
        MemoryJournal journal = new MemoryJournal();
        VirtualServer before = new VirtualServer(onLoop, journal, 16, 0);
        before.start();
        submit(before, saga("a", ACTION, 20, 0));
        before.run(1_000);
        journal.crash(new Random(1));
        long aheadMs = VirtualServer.START_MS + 3_600_000;
        List<byte[]> records = new ArrayList<>();
        MemoryJournal reopened = journal.reopen((position, timeMs, body, offset, length) -> {
            byte[] record = new byte[length];
            body.getBytes(offset, record);
            records.add(record);
        });
        VirtualServer after = new VirtualServer(onLoop, reopened, 16, aheadMs);
        for (int i = 0; i < records.size(); i++) {
            after.machine.replay(i + 1L, new UnsafeBuffer(records.get(i)), 0, records.get(i).length);
        }
        after.start();
        after.run(10);
        assertThat(after.clock.nowMs()).isGreaterThanOrEqualTo(aheadMs);
        assertThat(query(after, "a").rollbackReason()).isEqualTo("Timeout after 20 seconds");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldPlanNoMoreWakeUpsThanAreNeeded(boolean onLoop) {
        VirtualServer server = started(onLoop);
        server.answers(ACTION, 7, Outcome.UNKNOWN);
        for (int i = 0; i < 200; i++) {
            submit(server, saga("g" + i, ACTION, 0, 1));
            server.run(13);
        }
        server.run(10_000);
        assertThat(server.plannedWakeUps()).isLessThan(10);
    }
}
