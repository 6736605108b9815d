package io.assent.loadtest.fuzz;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assent.loadtest.net.HttpMessages;
import io.assent.loadtest.net.Response;
import io.assent.loadtest.participant.LedgerEntry;
import io.assent.loadtest.participant.Participant;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A saga of two steps that must succeed, whatever was sent before it, and its participant, which must really be called. One thread. */
final class ControlSaga implements AutoCloseable {

    private static final long AMOUNT = 30;

    private final ObjectMapper mapper = new ObjectMapper();
    private final Participant participant = Participant.start(0);
    private long number;
    private long filled;

    /** Submits the next one, waits for its result, and asks everybody whether it took place. */
    void mustSucceed(final ServerDesk desk) throws IOException, BrokenRule {
        number++;
        final String gid = "control-" + number;
        final Response answer = desk.post(
                "submit",
                saga(gid, "/act/ok/out/" + -AMOUNT, "/act/ok/in/" + AMOUNT)
                        .put("wait_result", true)
                        .toString());
        if (answer.status() != 200 || !answer.text().contains("SUCCESS")) {
            throw new BrokenRule("control saga " + number + " must succeed, but was answered " + answer.status() + " "
                    + answer.text());
        }
        final List<String> calls = participant.ledger().entriesOf(gid).stream()
                .filter(entry -> entry.answered() > 0)
                .map(ControlSaga::call)
                .toList();
        if (!calls.equals(List.of("01 action", "02 action"))) {
            throw new BrokenRule("control saga " + number
                    + " was answered SUCCESS, so its two actions must have been called once each, but the participant saw "
                    + calls);
        }
        mustBeKept(desk);
    }

    /** The last one is still known as what it was. */
    void mustBeKept(final ServerDesk desk) throws IOException, BrokenRule {
        final String gid = "control-" + number;
        final String status = mapper.readTree(
                        desk.get("/api/dtmsvr/query?gid=" + gid).body())
                .path("transaction")
                .path("status")
                .asText();
        if (!status.equals("succeed")) {
            throw new BrokenRule("control saga " + number + " has succeeded, but query shows it as '" + status + "'");
        }
    }

    /** Submits small sagas that are all alike, so that the finished transactions that the server keeps are the same at every measuring. */
    void fill(final ServerDesk desk, final int count) throws IOException, BrokenRule {
        final List<byte[]> requests = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            filled++;
            requests.add(HttpMessages.post(
                    "control",
                    "/api/dtmsvr/submit",
                    saga(String.format("fill-%09d", filled), "/out", "/in").toString()));
        }
        for (final Response answer : desk.all(requests)) {
            if (answer.status() != 200) {
                throw new BrokenRule("a plain saga was answered " + answer.status() + " " + answer.text());
            }
        }
    }

    /** How many have succeeded. */
    long succeeded() {
        return number;
    }

    private ObjectNode saga(final String gid, final String... paths) {
        final ObjectNode saga = mapper.createObjectNode().put("gid", gid).put("trans_type", "saga");
        final ArrayNode steps = saga.putArray("steps");
        final ArrayNode payloads = saga.putArray("payloads");
        for (final String path : paths) {
            steps.addObject().put("action", participant.url() + path).put("compensate", participant.url() + path);
            payloads.add("{}");
        }
        return saga;
    }

    private static String call(final LedgerEntry entry) {
        return entry.branchId() + " " + entry.op();
    }

    @Override
    public void close() {
        participant.close();
    }
}
