package io.assent.engine;

/**
 * What may be asked of the engine. Implemented by the engine itself and by the publisher that encodes a call into bytes for it.
 *
 * <p>Every method answers whether the command was taken: the engine takes everything; a publisher answers false when the ring has no room,
 * and then nothing has happened. The time of a command is not an argument: the host stamps it when the engine takes the command.
 */
public interface Commands extends TransactionQueries {

    /** Sets what decides: journaled when it differs from what the state holds. */
    boolean configure(Settings settings);

    /** Announces a transaction (PROTOCOL 2.2 prepare). */
    boolean prepare(Request request, Submission submission, HistoryAnswer history);

    /** Decides a transaction to go forward, creating it when new (PROTOCOL 2.2 submit). */
    boolean submit(Request request, Submission submission, HistoryAnswer history);

    /**
     * Announces a workflow, or asks how far it has come (PROTOCOL 7). Answered by {@link Effects#record} with all its rows, or by a refusal.
     */
    boolean prepareWorkflow(Request request, Submission submission, HistoryAnswer history);

    /** Ends a workflow as its client says (PROTOCOL 7). The status is succeed or failed; either text may be "". */
    boolean finishWorkflow(Request request, String gid, TransactionStatus status, String rollbackReason, String result);

    /** Adds a branch to a prepared transaction (PROTOCOL 2.2 registerBranch). */
    boolean registerBranch(Request request, String gid, Registration registration);

    /**
     * Decides a transaction to be undone (PROTOCOL 2.2 abort).
     *
     * @param transType the request's trans_type, "" when missing; goes unused where the stored type decides
     */
    boolean abort(Request request, String gid, String transType, String rollbackReason);

    /** Stops a transaction as failed without calling anybody. */
    boolean forceStop(Request request, String gid);

    /** Makes what waits for its time due now. */
    boolean resetNextCronTime(Request request, String gid);

    /** Makes what waits for a time further away due now, a bounded part of it; answered by {@link Effects#cronReset}. */
    boolean resetCronTime(Request request, CronReset reset);

    /** Adds a subscriber to a topic, which is made when it is new (PROTOCOL 8). */
    boolean subscribe(Request request, String topic, String url, String remark);

    boolean unsubscribe(Request request, String topic, String url);

    boolean deleteTopic(Request request, String topic);

    /** Lets a quarantined transaction go on. */
    boolean releaseQuarantined(Request request, String gid);

    /** The client that waits for a round has waited long enough: answer it from the state as it is. */
    boolean roundExpired(long requestId, String gid);

    /** The waiting client is gone; frees its place. */
    boolean waiterGone(long requestId, String gid);

    /**
     * A branch call ended.
     *
     * @param callNumber of {@link BranchCall#number}; a number that is not open is counted and dropped
     * @param text why, at most {@link Limits#ERROR_TEXT_BYTES_MAX} bytes of UTF-8 are kept; "" for a success
     * @param latencyMs from the request being written to the end
     * @param retryAfterS how long the participant asks to be left alone, 0 when it does not; should the operation be called again, it is not
     *     before then, but at most {@link Limits#RETRY_AFTER_S_MAX} are waited for that
     */
    boolean branchReplied(long callNumber, Outcome outcome, String text, int latencyMs, int retryAfterS);

    /** The same for a participant that does not say when to call it again. */
    default boolean branchReplied(long callNumber, Outcome outcome, String text, int latencyMs) {
        return branchReplied(callNumber, outcome, text, latencyMs, 0);
    }

    /** Time has come for something: fires what is due at the stamped time, a bounded number of timers. */
    boolean tick();

    /** Takes up work that an earlier command left because of its bound. */
    boolean continueWork();

    /** The first command of a process after replay: calls everything in doubt again. No call of an earlier boot is open any more. */
    boolean resume(long boot);

    /** The history holds every transaction that finished at or below this journal position: drop them. */
    boolean forgetFinished(long position);
}
