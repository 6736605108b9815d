package io.assent.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.assent.scenario.Reply.Verdict;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/** PROTOCOL 6.3 and 8: topics, and the messages that go to them. */
@ExtendWith(MatrixWatch.class)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TopicByProtocolTest {

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldDeliverAMessageToTheSubscribersOfItsTopic(World world) {
        String a = world.url("a");
        String b = world.url("b");
        world.client().subscribe("t", a, "first").shouldBeSuccess();
        world.client().subscribe("t", b, "").shouldBeSuccess();
        JsonNode kv = world.server()
                .get("/api/dtmsvr/queryKV?cat=topics&key=t")
                .json()
                .path("kv")
                .get(0);
        assertThat(kv.path("v").asText())
                .isEqualTo("[{\"url\":\"" + a + "\",\"remark\":\"first\"},{\"url\":\"" + b + "\",\"remark\":\"\"}]");
        assertThat(kv.path("version").asInt()).isEqualTo(2);
        Global message = Global.msg("g")
                .step("topic://t", null, "{\"n\":1}")
                .step(world.url("last"), null, "{}")
                .waits();
        world.client().submit(message).shouldBeSuccess();
        assertThat(world.busi().calls()).containsExactly("a", "b", "last");
        assertThat(world.busi().received())
                .extracting(Received::about)
                .containsExactly("msg g 01-01 action", "msg g 01-02 action", "msg g 02 action");
        assertThat(world.busi().first("b").text()).isEqualTo("{\"n\":1}");
        world.restart();
        assertThat(world.rows("g")).isEqualTo("succeed succeed succeed");
        world.client()
                .submit(Global.msg("h").step("topic://t", null, "{}").waits())
                .shouldBeSuccess();
        assertThat(world.busi().calls()).endsWith("a", "b");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldDeliverToNobodyButThoseWhoListenAtThatMoment(World world) {
        world.client().subscribe("t", world.url("a"), "").shouldBeSuccess();
        world.client().subscribe("t", world.url("b"), "").shouldBeSuccess();
        world.client().prepare(toTopic("early")).shouldBeSuccess();
        world.client().unsubscribe("t", world.url("a")).shouldBeSuccess();
        world.client().submit(toTopic("late").waits()).shouldBeSuccess();
        assertThat(world.busi().received())
                .extracting(Received::about)
                .as("one alone has the number of the step")
                .containsExactly("msg late 01 action");
        world.client().submit(toTopic("early").waits()).shouldBeSuccess();
        assertThat(world.busi().calls()).containsExactly("b", "a", "b");
        world.client().deleteTopic("t").shouldBeSuccess();
        refused(world, toTopic("gone"));
        world.client().subscribe("t", world.url("c"), "").shouldBeSuccess();
        world.client().submit(toTopic("new").waits()).shouldBeSuccess();
        assertThat(world.busi().calls()).endsWith("c").hasSize(4);
    }

    private static Global toTopic(String gid) {
        return Global.msg(gid).step("topic://t", null, "{}");
    }

    private static void refused(World world, Global msg) {
        for (Reply reply :
                new Reply[] {world.client().prepare(msg), world.client().submit(msg)}) {
            assertThat(reply.verdict()).isEqualTo(Verdict.ERROR);
            assertThat(reply.text()).startsWith("topic not found");
        }
        assertThat(world.transaction(msg.gid).isNull()).isTrue();
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldTellWhatIsWrongWithATopic(World world) {
        Client client = world.client();
        refused(world, toTopic("g"));
        client.subscribe("", world.url("a"), "").shouldBe(Verdict.ERROR, "empty topic");
        client.subscribe("t", "", "").shouldBe(Verdict.ERROR, "empty url");
        client.unsubscribe("", world.url("a")).shouldBe(Verdict.ERROR, "empty topic");
        client.unsubscribe("t", "").shouldBe(Verdict.ERROR, "empty url");
        client.unsubscribe("t", world.url("a")).shouldBe(Verdict.ERROR, "no such a topic");
        client.deleteTopic("t").shouldBe(Verdict.ERROR, "storage: NotFound");
        client.subscribe("t", world.url("a"), "").shouldBeSuccess();
        client.subscribe("t", world.url("a"), "again").shouldBe(Verdict.ERROR, "this url exists");
        client.unsubscribe("t", world.url("b")).shouldBe(Verdict.ERROR, "no such an url ");
        client.unsubscribe("t", world.url("a")).shouldBeSuccess();
        client.unsubscribe("t", world.url("a")).shouldBe(Verdict.ERROR, "this topic is empty");
        refused(world, toTopic("g"));
    }
}
