package io.assent.loadtest.fuzz.grpc;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.assent.grpc.DtmBranchRequest;
import io.assent.grpc.DtmRequest;
import io.assent.grpc.DtmTopicRequest;
import io.assent.grpc.DtmTransOptions;
import io.assent.loadtest.fuzz.BranchUrls;
import io.assent.loadtest.fuzz.Chance;
import io.assent.loadtest.fuzz.Words;
import java.util.Arrays;

/** Messages of every documented method and mode (PROTOCOL 4), right or nearly so: ids that meet, options at their bounds. One input's. */
final class DocumentedCalls {

    private static final String[] TYPES = {"saga", "msg", "tcc", "xa", "workflow"};
    private static final byte[] NOTHING = new byte[0];

    private final Chance chance;
    private final Words words;
    private final BranchUrls urls;

    DocumentedCalls(final Chance chance, final Words words, final BranchUrls urls) {
        this.chance = chance;
        this.words = words;
        this.urls = urls;
    }

    /** Any call. */
    Call any() {
        return chance.percent(8) ? Call.of(Method.NEW_GID, NOTHING) : withMessage();
    }

    /** One that reads its message. */
    Call withMessage() {
        final String type = chance.pick(TYPES);
        return switch (chance.below(24)) {
            case 0, 1, 2, 3, 4 -> call(Method.SUBMIT, transaction("saga"));
            case 5, 6 -> call(Method.SUBMIT, transaction("msg"));
            case 7, 8 -> call(Method.SUBMIT, transaction(type));
            case 9, 10, 11 -> call(Method.PREPARE, transaction(type));
            case 12, 13, 14 -> Call.of(Method.REGISTER_BRANCH, registration().toByteArray());
            case 15, 16 -> call(Method.ABORT, transaction(type));
            case 17, 18, 19 -> call(Method.PREPARE_WORKFLOW, transaction("workflow"));
            case 20, 21 -> Call.of(Method.SUBSCRIBE, topic().toByteArray());
            case 22 -> Call.of(Method.UNSUBSCRIBE, topic().toByteArray());
            default -> Call.of(Method.DELETE_TOPIC, topic().toByteArray());
        };
    }

    /** One that can not start a transaction and names no branch. */
    Call harmless() {
        return switch (chance.below(4)) {
            case 0 ->
                Call.of(
                        Method.DELETE_TOPIC,
                        DtmTopicRequest.newBuilder()
                                .setTopic(sound(words.topic()))
                                .build()
                                .toByteArray());
            case 1 ->
                call(
                        Method.ABORT,
                        DtmRequest.newBuilder().setGid(gid(words.gid())).setTransType("tcc"));
            default -> Call.of(Method.NEW_GID, NOTHING);
        };
    }

    private static Call call(final Method method, final DtmRequest.Builder message) {
        return Call.of(method, message.build().toByteArray());
    }

    /** A transaction of a type; a type that is none has everything that any has. */
    DtmRequest.Builder transaction(final String type) {
        final DtmRequest.Builder message =
                DtmRequest.newBuilder().setGid(gid(words.gid(laneOf(type)))).setTransType(odd(type));
        maybe(5, () -> message.setCustomedData(sound(words.text())));
        switch (type) {
            case "saga" -> {
                steps(message);
                customSaga(message);
            }
            case "msg" -> {
                steps(message);
                maybe(2, () -> message.setQueryPrepared(target()));
                maybe(8, () -> message.setCustomedData("{\"delay\":" + words.integer() + "}"));
            }
            case "workflow" -> workflow(message);
            default -> maybe(12, () -> steps(message));
        }
        maybe(2, () -> message.setTransOptions(options()));
        maybe(8, () -> message.setRollbackReason(sound(words.text())));
        maybe(12, () -> message.putReqExtra(sound(words.text()), sound(words.text())));
        return message;
    }

    private void workflow(final DtmRequest.Builder message) {
        message.setQueryPrepared(
                chance.oneIn(3)
                        ? target()
                        : urls.successfulOverGrpc().replaceFirst("/.*", "/workflow.Workflow/Execute"));
        message.setCustomedData(
                chance.pick("{\"name\":\"w\",\"data\":\"ZGF0YQ==\"}", "{\"name\":\"w\"}", "{}", "", "null"));
        maybe(2, () -> message.putReqExtra("status", chance.pick("succeed", "failed", "", "aborting")));
        maybe(3, () -> message.putReqExtra("result", sound(words.text())));
        maybe(3, () -> message.putReqExtra("rollback_reason", sound(words.text())));
    }

    private void steps(final DtmRequest.Builder message) {
        final ArrayNode steps = steps(chance.oneIn(12) ? chance.between(0, 60) : chance.between(0, 3));
        message.setSteps(
                chance.oneIn(12) ? chance.pick("", "null", "[]", "{}", "[null]", "x", "[") : sound(steps.toString()));
        final int payloads = chance.oneIn(10) ? chance.between(0, 6) : steps.size();
        for (int i = 0; i < payloads; i++) {
            message.addBinPayloads(ByteString.copyFrom(payload()));
        }
    }

    /** So many steps as JSON. */
    ArrayNode steps(final int count) {
        final ArrayNode steps = JsonNodeFactory.instance.arrayNode();
        for (int i = 0; i < count; i++) {
            final ObjectNode step =
                    steps.addObject().put("action", chance.oneIn(10) ? "topic://" + words.topic() : target());
            maybe(2, () -> step.put("compensate", target()));
            maybe(12, () -> step.put("data", words.text()));
        }
        return steps;
    }

    private byte[] payload() {
        return switch (chance.below(5)) {
            case 0 -> NOTHING;
            case 1 -> chance.bytes(chance.between(1, 300));
            case 2 -> new byte[chance.between(1, 20_000)];
            default -> new byte[] {10, 2, 'o', 'k'};
        };
    }

    private void customSaga(final DtmRequest.Builder message) {
        switch (chance.below(6)) {
            case 0 -> message.setCustomedData("{\"concurrent\":true,\"orders\":{\"1\":[0],\"2\":[0,1]}}");
            case 1 -> message.setCustomedData("{\"concurrent\":" + chance.pick("true", "false", "null", "1") + "}");
            case 2 ->
                message.setCustomedData(chance.pick(
                        "{\"orders\":{\"0\":[0]}}",
                        "{\"orders\":{\"0\":[1],\"1\":[0]}}",
                        "{\"orders\":{\"9\":[-1]}}",
                        "{",
                        "[]",
                        "{\"orders\":{\"99999999999\":[0]}}"));
            default -> {}
        }
    }

    private DtmTransOptions options() {
        final DtmTransOptions.Builder options = DtmTransOptions.newBuilder();
        maybe(2, () -> options.setWaitResult(true));
        maybe(4, () -> options.setTimeoutToFail(words.seconds()));
        maybe(4, () -> options.setRequestTimeout(words.seconds()));
        maybe(4, () -> options.setRetryInterval(words.seconds()));
        maybe(4, () -> options.setRetryLimit(words.retries()));
        maybe(
                4,
                () -> options.putBranchHeaders("x-own", sound(words.text()))
                        .putBranchHeaders(
                                chance.pick(
                                        "X-Upper",
                                        "x-own-bin",
                                        "content-type",
                                        "te",
                                        "grpc-timeout",
                                        ":path",
                                        "bad name",
                                        "",
                                        "user-agent",
                                        "dtm-gid",
                                        "\u00e4"),
                                sound(words.text())));
        return options.build();
    }

    private DtmBranchRequest registration() {
        final String type = chance.pick("tcc", "xa", "workflow");
        final DtmBranchRequest.Builder message = DtmBranchRequest.newBuilder()
                .setGid(gid(words.gid(laneOf(type))))
                .setTransType(odd(type))
                .setBranchID(sound(words.branchId()));
        switch (type) {
            case "tcc" -> message.putData("confirm", target()).putData("cancel", target());
            case "xa" -> message.putData("url", target());
            default ->
                message.putData("op", chance.pick("action", "commit", "rollback", "business", ""))
                        .putData("status", chance.pick("succeed", "failed", "prepared"))
                        .putData("sync", "1");
        }
        maybe(2, () -> message.setBusiPayload(ByteString.copyFrom(payload())));
        maybe(4, () -> message.setOp(sound(words.text())));
        maybe(12, () -> message.putData(sound(words.text()), sound(words.text())));
        return message.build();
    }

    private DtmTopicRequest topic() {
        return DtmTopicRequest.newBuilder()
                .setTopic(sound(words.topic()))
                .setURL(target())
                .setRemark(sound(words.text()))
                .build();
    }

    private String target() {
        return sound(urls.anyOverGrpc(chance));
    }

    private String odd(final String type) {
        return chance.oneIn(25) ? sound(words.text()) : type;
    }

    /** One that can be stopped over HTTP. */
    private static String gid(final String any) {
        return sound(any).replaceAll("[\r\n;]", "_");
    }

    /** Protocol buffers hold no half of a surrogate pair. */
    private static String sound(final String text) {
        final StringBuilder sound = new StringBuilder(text.length());
        text.codePoints()
                .forEach(point -> sound.appendCodePoint(
                        point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE ? '?' : point));
        return sound.toString();
    }

    private static int laneOf(final String type) {
        return Math.max(0, Arrays.asList(TYPES).indexOf(type));
    }

    private void maybe(final int cases, final Runnable addition) {
        if (chance.oneIn(cases)) {
            addition.run();
        }
    }
}
