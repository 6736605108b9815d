package io.assent.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.assent.scenario.Reply.Verdict;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/**
 * PROTOCOL 5.1: transactions of the protocol grpc, some of whose URLs begin with {@code http://}. A client over HTTP says the protocol, over
 * gRPC it is that.
 */
@ExtendWith(MatrixWatch.class)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class MixedByProtocolTest {

    private static String grpc(World world, String name) {
        return world.participant(Protocol.GRPC).url(name);
    }

    private static String http(World world, String name) {
        return world.participant(Protocol.HTTP).url(name);
    }

    private static Global saga(World world, String gid) {
        return Global.saga(gid)
                .protocol("grpc")
                .step(grpc(world, "a1"), grpc(world, "c1"), "{\"n\":1}")
                .step(http(world, "a2"), http(world, "c2"), "{\"n\":2}");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldCallEachStepOfASagaByTheProtocolOfItsUrl(World world) {
        world.client().submit(saga(world, "g").waits()).shouldBeSuccess();
        assertThat(world.busi().received())
                .extracting(Received::protocol, Received::about, Received::text)
                .containsExactly(
                        tuple(Protocol.GRPC, "saga g 01 action", "{\"n\":1}"),
                        tuple(Protocol.HTTP, "saga g 02 action", "{\"n\":2}"));
        assertThat(world.transaction("g").path("protocol").asText()).isEqualTo("grpc");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldUndoEachStepOfASagaByTheProtocolOfItsUrl(World world) {
        world.busi().script("a2", "no no money");
        world.client()
                .submit(saga(world, "g").waits())
                .shouldBe(Verdict.FAILURE, "url:" + http(world, "a2") + " return failed: no money FAILURE");
        assertThat(world.busi().received())
                .extracting(Received::protocol, Received::name)
                .containsExactly(
                        tuple(Protocol.GRPC, "a1"),
                        tuple(Protocol.HTTP, "a2"),
                        tuple(Protocol.HTTP, "c2"),
                        tuple(Protocol.GRPC, "c1"));
        assertThat(world.status("g")).isEqualTo("failed");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldRepeatWhicheverStepDidNotAnswer(World world) {
        world.busi().script("a1", "error", "ongoing", "ok");
        world.busi().script("a2", "ongoing", "error", "ok");
        world.client().submit(saga(world, "g")).shouldBeSuccess();
        long start = world.settle();
        assertThat(world.passToNext() - start).isEqualTo(20_000);
        assertThat(world.passToNext() - start).isEqualTo(40_000);
        assertThat(world.passToNext() - start).isEqualTo(50_000);
        assertThat(world.passToNext() - start).isEqualTo(70_000);
        assertThat(world.busi().calls()).containsExactly("a1", "a1", "a1", "a2", "a2", "a2");
        assertThat(world.status("g")).isEqualTo("succeed");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldDeliverAMessageWhoseSenderIsAskedByAnotherProtocol(World world) {
        world.client()
                .prepare(Global.msg("g")
                        .protocol("grpc")
                        .queryPrepared(http(world, "q"))
                        .step(grpc(world, "a1"), null, "{}"))
                .shouldBeSuccess();
        world.pass(35_000);
        assertThat(world.busi().received())
                .extracting(Received::protocol, Received::about)
                .containsExactly(tuple(Protocol.HTTP, "msg g 00 msg"), tuple(Protocol.GRPC, "msg g 01 action"));
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldConfirmAndCancelBranchesOfBothProtocols(World world) {
        for (String gid : new String[] {"yes", "no"}) {
            world.client().prepare(Global.tcc(gid).protocol("grpc")).shouldBeSuccess();
            world.client()
                    .registerBranch(BranchRequest.tcc(gid, "01", grpc(world, "confirm1"), http(world, "cancel1"), "{}"))
                    .shouldBeSuccess();
            world.client()
                    .registerBranch(BranchRequest.tcc(gid, "02", http(world, "confirm2"), grpc(world, "cancel2"), "{}"))
                    .shouldBeSuccess();
        }
        world.client().submit(Global.tcc("yes").protocol("grpc").waits()).shouldBeSuccess();
        world.client().abort(Global.tcc("no").protocol("grpc")).shouldBeSuccess();
        world.settle();
        assertThat(world.busi().received())
                .extracting(Received::protocol, Received::name)
                .containsExactly(
                        tuple(Protocol.HTTP, "confirm2"),
                        tuple(Protocol.GRPC, "confirm1"),
                        tuple(Protocol.GRPC, "cancel2"),
                        tuple(Protocol.HTTP, "cancel1"));
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldCommitAnXaOverBranchesOfBothProtocols(World world) {
        world.client().prepare(Global.xa("g").protocol("grpc")).shouldBeSuccess();
        world.client()
                .registerBranch(BranchRequest.xa("g", "01", grpc(world, "one")))
                .shouldBeSuccess();
        world.client()
                .registerBranch(BranchRequest.xa("g", "02", http(world, "two")))
                .shouldBeSuccess();
        world.client().submit(Global.xa("g").protocol("grpc").waits()).shouldBeSuccess();
        assertThat(world.busi().received())
                .extracting(Received::protocol, Received::about, Received::text)
                .containsExactly(
                        tuple(Protocol.GRPC, "xa g 01 commit", ""), tuple(Protocol.HTTP, "xa g 02 commit", ""));
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldCallAWorkflowBackByTheProtocolOfItsUrl(World world) {
        byte[] input = {0, (byte) 0xFF, 1};
        for (Protocol by : Protocol.values()) {
            world.client()
                    .prepareWorkflow(Global.of("w-" + by, "workflow")
                            .protocol("grpc")
                            .queryPrepared(world.participant(by).callBackUrl())
                            .customData("{\"name\":\"w1\",\"data\":\""
                                    + Base64.getEncoder().encodeToString(input) + "\"}"))
                    .answer()
                    .shouldBeSuccess();
        }
        world.pass(10_000);
        assertThat(world.busi().received())
                .extracting(Received::protocol, Received::about)
                .containsExactlyInAnyOrder(
                        tuple(Protocol.HTTP, "workflow w-HTTP 00 w1"), tuple(Protocol.GRPC, "workflow w-GRPC 00 w1"));
        assertThat(world.busi().received())
                .allSatisfy(call -> assertThat(call.payload()).isEqualTo(input));
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldDeliverToSubscribersOfBothProtocols(World world) {
        world.client().subscribe("t", http(world, "a"), "").shouldBeSuccess();
        world.client().subscribe("t", grpc(world, "b"), "").shouldBeSuccess();
        world.client()
                .submit(Global.msg("g")
                        .protocol("grpc")
                        .step("topic://t", null, "{}")
                        .waits())
                .shouldBeSuccess();
        assertThat(world.busi().received())
                .extracting(Received::protocol, Received::about)
                .containsExactly(
                        tuple(Protocol.HTTP, "msg g 01-01 action"), tuple(Protocol.GRPC, "msg g 01-02 action"));
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldKeepTheProtocolOfThePreparationWhoeverSubmits(World world) {
        Global tcc = Global.tcc("g");
        world.client().prepare(tcc).shouldBeSuccess();
        Client other = world.client(world.protocol().other());
        other.prepare(tcc).shouldBeSuccess();
        other.registerBranch(world.tccBranch("g", "01")).shouldBeSuccess();
        world.client().registerBranch(world.tccBranch("g", "01")).shouldBeSuccess();
        world.client().registerBranch(world.tccBranch("g", "02")).shouldBeSuccess();
        other.submit(tcc.waits()).shouldBeSuccess();
        assertThat(world.busi().received())
                .extracting(Received::protocol, Received::name)
                .containsExactly(tuple(world.protocol(), "confirm02"), tuple(world.protocol(), "confirm01"));
        assertThat(world.transaction("g").path("protocol").asText()).isEqualTo(world.protocolName());
    }

    /** A gRPC participant's code decides alone, whatever its message says; a client over HTTP searches texts for the words. */
    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldNotLetAnUnknownResultLookLikeADefiniteOne(World world) {
        world.busi().script("confirm", "error FAILURE or ONGOING");
        world.client().prepare(Global.tcc("g").protocol("grpc")).shouldBeSuccess();
        world.client()
                .registerBranch(BranchRequest.tcc("g", "01", grpc(world, "confirm"), grpc(world, "cancel"), "{}"))
                .shouldBeSuccess();
        Reply reply = world.client().submit(Global.tcc("g").protocol("grpc").waits());
        assertThat(reply.verdict()).isEqualTo(Verdict.ERROR);
        assertThat(reply.text()).endsWith("rpc error: code = Unknown desc = Failure or Ongoing");
        world.passToNext();
        assertThat(world.status("g")).isEqualTo("succeed");
    }
}
