package io.assent.loadtest.kill;

import io.assent.loadtest.participant.Script;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One transaction: what is sent, and what must come of it.
 *
 * @param gid its global id.
 * @param kind its kind.
 * @param requests what the client sends, in order.
 * @param steps its steps.
 * @param sequential whether a step waits for the one before it.
 * @param succeeds whether it must end as succeed; else as failed.
 * @param required the operations that must have been answered so before the end: {@code 01/action} to OK or FAIL.
 * @param allowed the operations that may be called.
 * @param delayMs how long after the first request no action may be called.
 * @param timeoutMs how long after the first request no compensation and no check of a message may be called.
 */
public record Plan(
        String gid,
        Kind kind,
        List<Request> requests,
        List<Step> steps,
        boolean sequential,
        boolean succeeds,
        Map<String, Script.Kind> required,
        Set<String> allowed,
        long delayMs,
        long timeoutMs) {

    /**
     * One request to the coordinator.
     *
     * @param endpoint the last part of its path.
     * @param body its JSON.
     * @param waiting whether it waits for the result.
     */
    public record Request(String endpoint, String body, boolean waiting) {}

    /**
     * One step.
     *
     * @param branchId its branch.
     * @param account the account its action moves.
     * @param amount by how much.
     */
    public record Step(String branchId, String account, long amount) {}

    /**
     * Names the status it must end with.
     *
     * @return the name on the wire.
     */
    public String finalStatus() {
        return succeeds ? "succeed" : "failed";
    }
}
