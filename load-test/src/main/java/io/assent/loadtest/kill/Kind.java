package io.assent.loadtest.kill;

/** The kinds of transactions in the mix. */
public enum Kind {
    /** A saga that succeeds at once. */
    SAGA_SUCCESS(true, 20),
    /** A saga whose client waits for the result. */
    SAGA_WAITING(true, 5),
    /** A saga with late answers that succeeds. */
    SAGA_SLOW(false, 15),
    /** A saga whose second of three steps says no. */
    SAGA_ROLLBACK(true, 12),
    /** A saga whose compensations need several attempts. */
    SAGA_ROLLBACK_RETRY(false, 8),
    /** A saga whose actions need several attempts, with lost answers and closed connections among them. */
    SAGA_RETRY(false, 10),
    /** A saga that runs out of immediate retries and is rolled back. */
    SAGA_RETRY_LIMIT(true, 4),
    /** A saga that is still working when its time is up. */
    SAGA_TIMEOUT(false, 6),
    /** A concurrent saga that succeeds, its last step ordered after the others. */
    SAGA_CONCURRENT(false, 6),
    /** A concurrent saga one of whose steps says no. */
    SAGA_CONCURRENT_ROLLBACK(false, 6),
    /** A message submitted without prepare. */
    MSG_SUBMIT(true, 10),
    /** A message whose branches need several attempts. */
    MSG_RETRY(false, 6),
    /** A message that is delayed. */
    MSG_DELAY(false, 8),
    /** A message prepared and then submitted. */
    MSG_PREPARED(true, 8),
    /** A message that is prepared and forgotten, and whose sender says later that it is committed. */
    MSG_CHECKED_COMMIT(false, 8),
    /** A message that is prepared and forgotten, and whose sender says later that it is not committed. */
    MSG_CHECKED_ROLLBACK(false, 6),
    /** A message prepared and then aborted. */
    MSG_ABORTED(true, 4);

    private final boolean quick;
    private final int weight;

    Kind(final boolean quick, final int weight) {
        this.quick = quick;
        this.weight = weight;
    }

    /** Whether such a transaction is normally over within milliseconds. */
    boolean quick() {
        return quick;
    }

    /** How often it is chosen, relative to the others. */
    int weight() {
        return weight;
    }

    /** Whether it is a saga; else a message. */
    boolean saga() {
        return name().startsWith("SAGA");
    }
}
