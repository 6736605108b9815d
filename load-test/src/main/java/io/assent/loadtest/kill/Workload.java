package io.assent.loadtest.kill;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assent.loadtest.participant.Script;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Makes the plans of a run from its seed. Every transaction moves 30 from one account to another, so that whatever is half done shows in the sums.
 *
 * <p>Whatever a kill does to a client's sequence of requests, a plan has one right end: a message that is prepared and then submitted says "committed" when it
 * is checked, one that is aborted says "not committed". Safe for many threads.
 */
public final class Workload {

    private static final int ACCOUNTS = 50;
    private static final long AMOUNT = 30;
    private static final String OK = "ok";

    private final ObjectMapper mapper = new ObjectMapper();
    private final SplittableRandom random;
    private final String participantUrl;
    private final String gidPrefix;
    private long number;

    /**
     * Makes a workload.
     *
     * @param seed the seed of the run.
     * @param participantUrl the participant's URL without a path.
     */
    public Workload(final long seed, final String participantUrl) {
        this.random = new SplittableRandom(seed);
        this.participantUrl = participantUrl;
        this.gidPrefix = Long.toString(seed & 0xFFFFFFL, 36) + "-";
    }

    /**
     * Makes the next plan.
     *
     * @param quickOnly whether only kinds are wanted that are over at once.
     * @return the plan; its gid is new.
     */
    public synchronized Plan next(final boolean quickOnly) {
        int total = 0;
        for (final Kind kind : Kind.values()) {
            total += kind.quick() || !quickOnly ? kind.weight() : 0;
        }
        int choice = random.nextInt(total);
        for (final Kind kind : Kind.values()) {
            choice -= kind.quick() || !quickOnly ? kind.weight() : 0;
            if (choice < 0) {
                return plan(kind);
            }
        }
        throw new IllegalStateException("the weights of the kinds do not add up");
    }

    /**
     * Makes a plan of one kind.
     *
     * @param kind the kind.
     * @return the plan; its gid is new.
     */
    public synchronized Plan plan(final Kind kind) {
        final Draft draft = new Draft(kind, gidPrefix + ++number);
        switch (kind) {
            case SAGA_SUCCESS -> draft.step(OK, OK).step(OK, OK).succeeds();
            case SAGA_WAITING ->
                draft.step(OK, OK).step(late(OK, 100), OK).waiting().succeeds();
            case SAGA_SLOW ->
                draft.step(late(OK, 800), OK).step(late(OK, 800), OK).succeeds();
            case SAGA_ROLLBACK ->
                draft.step(OK, OK).step("fail", OK).step(OK, OK).rolledBackFrom(2);
            case SAGA_ROLLBACK_RETRY ->
                draft.step(OK, "err.ok")
                        .step(OK, "lost.ok")
                        .step(late("fail", 300), "ongoing." + OK)
                        .rolledBackFrom(3);
            case SAGA_RETRY ->
                draft.step(pick("err.ok", "close.ok", "lost.ok", "ongoing.ok"), OK)
                        .step(pick("ongoing.ok", "err.lost.ok", "hang.ok", OK), OK)
                        .option("request_timeout", 1)
                        .succeeds();
            case SAGA_RETRY_LIMIT ->
                draft.step(OK, OK).step("err", OK).option("retry_limit", 2).rolledBackFrom(2);
            case SAGA_TIMEOUT ->
                draft.step("ongoing", OK)
                        .step(OK, OK)
                        .timeout(2 + random.nextInt(2))
                        .rolledBackFrom(1);
            case SAGA_CONCURRENT ->
                draft.step(late(OK, 500), OK)
                        .step(late(OK, 500), OK)
                        .step(OK, OK)
                        .concurrent("{\"orders\":{\"2\":[0,1]},\"concurrent\":true}")
                        .succeeds();
            case SAGA_CONCURRENT_ROLLBACK ->
                draft.step(late(OK, 600), OK)
                        .step(late("fail", 300), OK)
                        .step(OK, pick(OK, "err.ok"))
                        .concurrent("{\"concurrent\":true}")
                        .rolledBackFrom(3);
            case MSG_SUBMIT -> draft.step(OK, "").step(OK, "").succeeds();
            case MSG_RETRY ->
                draft.step(pick("err.ok", "lost.ok", "fail.ok"), "")
                        .step(pick("ongoing.ok", "close.ok"), "")
                        .succeeds();
            case MSG_DELAY ->
                draft.step(OK, "").step(OK, "").delay(1 + random.nextInt(3)).succeeds();
            case MSG_PREPARED ->
                draft.step(OK, "").step(OK, "").prepared(OK, "submit").succeeds();
            case MSG_CHECKED_COMMIT ->
                draft.step(OK, "")
                        .step(OK, "")
                        .prepared(pick(OK, "ongoing.ok", "err.ok"), "")
                        .succeeds();
            case MSG_CHECKED_ROLLBACK ->
                draft.step(OK, "").step(OK, "").prepared("fail", "").neverSubmitted();
            case MSG_ABORTED ->
                draft.step(OK, "").step(OK, "").prepared("fail", "abort").neverSubmitted();
        }
        return draft.plan();
    }

    private String pick(final String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private String late(final String outcome, final int msMax) {
        return outcome + "-" + (1 + random.nextInt(msMax));
    }

    /** A plan in the making: the scripts say what the participants will do, and from them follows what must happen. */
    private final class Draft {

        private final Kind kind;
        private final String gid;
        private final List<Plan.Step> steps = new ArrayList<>();
        private final List<Map<String, String>> wireSteps = new ArrayList<>();
        private final List<String> payloads = new ArrayList<>();
        private final Map<String, Object> options = new LinkedHashMap<>();
        private final Map<String, Script.Kind> required = new LinkedHashMap<>();
        private final Set<String> allowed = new LinkedHashSet<>();
        private final String[] accounts = {account(), account()};
        private String queryPrepared = "";
        private String secondRequest = "submit";
        private boolean sequential = true;
        private boolean succeeds;
        private boolean waiting;
        private long delayMs;
        private long timeoutMs;

        Draft(final Kind kind, final String gid) {
            this.kind = kind;
            this.gid = gid;
            options.put("retry_interval", 1);
        }

        private String account() {
            return "a" + random.nextInt(ACCOUNTS);
        }

        // The steps together move nothing: -30, +30, and 0 for a third.
        Draft step(final String action, final String compensate) {
            final int index = steps.size();
            final long amount = index == 0 ? -AMOUNT : index == 1 ? AMOUNT : 0;
            final String account = accounts[index % accounts.length];
            steps.add(new Plan.Step(String.format("%02d", index + 1), account, amount));
            final Map<String, String> step = new LinkedHashMap<>();
            step.put("action", url(action, account, amount));
            if (kind.saga()) {
                step.put("compensate", url(compensate, account, amount));
            }
            wireSteps.add(step);
            payloads.add("{\"amount\":" + amount + "}");
            return this;
        }

        private String url(final String script, final String account, final long amount) {
            return participantUrl + "/act/" + Script.parse(script) + "/" + account + "/" + amount;
        }

        Draft option(final String key, final Object value) {
            options.put(key, value);
            return this;
        }

        Draft waiting() {
            waiting = true;
            return option("wait_result", true);
        }

        Draft timeout(final int seconds) {
            timeoutMs = seconds * 1_000L;
            return option("timeout_to_fail", seconds);
        }

        Draft delay(final int seconds) {
            delayMs = seconds * 1_000L;
            return option("custom_data", "{\"delay\":" + seconds + "}");
        }

        Draft concurrent(final String customData) {
            sequential = false;
            return option("custom_data", customData).option("concurrent", true);
        }

        Draft prepared(final String check, final String then) {
            queryPrepared = participantUrl + "/act/" + Script.parse(check) + "/-/0";
            secondRequest = then;
            allowed.add("00/msg");
            if (then.isEmpty()) {
                required.put("00/msg", "fail".equals(check) ? Script.Kind.FAIL : Script.Kind.OK);
            }
            return timeout(2);
        }

        Draft succeeds() {
            succeeds = true;
            for (final Plan.Step step : steps) {
                required.put(step.branchId() + "/action", Script.Kind.OK);
            }
            allowed.addAll(required.keySet());
            return this;
        }

        Draft neverSubmitted() {
            succeeds = false;
            return this;
        }

        Draft rolledBackFrom(final int lastStep) {
            succeeds = false;
            for (int i = 0; i < lastStep; i++) {
                allowed.add(steps.get(i).branchId() + "/action");
                required.put(steps.get(i).branchId() + "/compensate", Script.Kind.OK);
            }
            allowed.addAll(required.keySet());
            return this;
        }

        Plan plan() {
            final List<Plan.Request> requests = new ArrayList<>();
            if (queryPrepared.isEmpty()) {
                requests.add(new Plan.Request("submit", body(), waiting));
            } else {
                requests.add(new Plan.Request("prepare", body(), false));
                if (!secondRequest.isEmpty()) {
                    requests.add(new Plan.Request(secondRequest, body(), false));
                }
            }
            return new Plan(
                    gid,
                    kind,
                    List.copyOf(requests),
                    List.copyOf(steps),
                    sequential,
                    succeeds,
                    Map.copyOf(required),
                    Set.copyOf(allowed),
                    delayMs,
                    timeoutMs);
        }

        private String body() {
            final Map<String, Object> body = new LinkedHashMap<>();
            body.put("gid", gid);
            body.put("trans_type", kind.saga() ? "saga" : "msg");
            body.put("steps", wireSteps);
            body.put("payloads", payloads);
            if (!queryPrepared.isEmpty()) {
                body.put("query_prepared", queryPrepared);
            }
            body.putAll(options);
            try {
                return mapper.writeValueAsString(body);
            } catch (final JsonProcessingException e) {
                throw new IllegalStateException("a plan has no JSON form", e);
            }
        }
    }
}
