package io.assent.loadtest.kill;

import io.assent.loadtest.participant.LedgerEntry;
import java.util.List;
import java.util.Map;

/**
 * Everything a run leaves behind for judgement.
 *
 * @param plans what was tried.
 * @param told what the clients were told, by gid in order.
 * @param ledger what the participants saw, in order.
 * @param balances the participants' accounts at the end.
 * @param views what the server answered to {@code query} at the very end, by gid; no entry means that it knows no such transaction.
 * @param sightings when a final status was first seen, by gid.
 * @param kills the kills in order.
 * @param requestTimeoutMs the server's default bound of a branch call.
 * @param clockToleranceMs how far times of the server and of the participants may differ.
 */
public record Evidence(
        List<Plan> plans,
        Map<String, List<Told>> told,
        List<LedgerEntry> ledger,
        Map<String, Long> balances,
        Map<String, ServerView> views,
        Map<String, Sighting> sightings,
        List<Kill> kills,
        long requestTimeoutMs,
        long clockToleranceMs) {

    /**
     * What a client was told.
     *
     * @param endpoint what it asked.
     * @param waiting whether it waited for the result.
     * @param repeated whether it had asked the same before without an answer.
     * @param sentMs when it asked.
     * @param mark the number of the answer in the ledger's order.
     * @param status the HTTP status, 0 if no answer came.
     * @param body the body of the answer, or what broke.
     */
    public record Told(
            String endpoint, boolean waiting, boolean repeated, long sentMs, long mark, int status, String body) {

        /**
         * Tells whether the answer promises that the transaction is stored.
         *
         * @return true for 200, and for a 409 or 425 that speaks of a transaction that is there.
         */
        public boolean acknowledges() {
            return status == 200 || (status == 409 && (waiting || repeated)) || status == 425;
        }
    }

    /**
     * What the server says about a transaction.
     *
     * @param status its status.
     * @param endedMs its finish_time or rollback_time in ms, 0 if it has none.
     * @param rows the status of each branch operation, {@code 01/action} to {@code succeed}.
     * @param text the whole answer.
     */
    public record ServerView(String status, long endedMs, Map<String, String> rows, String text) {

        /**
         * Tells whether the status is final.
         *
         * @return true for succeed and failed.
         */
        public boolean terminal() {
            return "succeed".equals(status) || "failed".equals(status);
        }
    }

    /**
     * A final status that was seen.
     *
     * @param status the status.
     * @param mark the number, in the ledger's order, of the moment after the answer had come.
     */
    public record Sighting(String status, long mark) {}

    /**
     * One kill.
     *
     * @param number counted from 1.
     * @param before the number, in the ledger's order, of the moment before it.
     * @param after the number of the moment when the process was gone and everything it had sent was recorded.
     * @param open how many acknowledged transactions were open.
     * @param openByKind the same by kind.
     * @param restartMs how long the restart took until the server was ready.
     * @param dropped what was dropped before the restart, empty if nothing.
     */
    public record Kill(
            int number,
            long before,
            long after,
            int open,
            Map<Kind, Integer> openByKind,
            long restartMs,
            String dropped) {}
}
