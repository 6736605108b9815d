package io.assent.engine;

/** Every fixed bound in one place. Each is tested one over. Bounds that an operator may set are in {@link Settings}. */
public final class Limits {
    /** Body of a request. */
    public static final int BODY_BYTES_MAX = 4 << 20;
    /** Encoded submission: a body may grow when broken UTF-8 is replaced, a journal record may not. */
    public static final int SUBMISSION_BYTES_MAX = 6 << 20;
    /** Stored steps of a prepared transaction and the options of its submit, encoded: more than any one submission has. */
    public static final int MERGED_BYTES_MAX = 7 << 20;
    /** One record of the journal, with everything in it. */
    public static final int RECORD_BYTES_MAX = 8 << 20;

    public static final int STEPS_MAX = 5_000;
    /** Branch rows of one transaction. */
    public static final int ROWS_MAX = 10_000;
    /** Pairs (step, predecessor) in {@code orders}. */
    public static final int ORDER_EDGES_MAX = 50_000;

    public static final int GID_CHARS_MAX = 128;
    public static final int URL_CHARS_MAX = 2_048;
    public static final int HEADERS_MAX = 64;
    /** Names and values of all branch headers together, UTF-8. */
    public static final int HEADER_BYTES_MAX = 16 << 10;

    public static final int PROTOCOL_CHARS_MAX = 45;
    /** Of a registered branch. */
    public static final int BRANCH_ID_CHARS_MAX = 128;
    /** Of a registered operation. */
    public static final int OPERATION_CHARS_MAX = 45;
    /** Held for the registered branches of one transaction. */
    public static final int REGISTERED_BYTES_MAX = 32 << 20;
    /** What a workflow leaves as its result, UTF-8. */
    public static final int RESULT_BYTES_MAX = BODY_BYTES_MAX;

    public static final int TOPICS_MAX = 10_000;
    public static final int SUBSCRIBERS_PER_TOPIC_MAX = 1_000;
    /** Subscribers of all topics together. */
    public static final int SUBSCRIPTIONS_MAX = 50_000;

    public static final int TOPIC_CHARS_MAX = 128;
    public static final int REMARK_CHARS_MAX = 512;
    /** URLs of all subscribers that the topic steps of one message stand for, UTF-8: they are recorded with it. */
    public static final int EXPANSION_BYTES_MAX = 3 << 19;

    /** Kept of an error text, UTF-8. */
    public static final int ERROR_TEXT_BYTES_MAX = 1_024;
    /** Kept of a rollback reason, UTF-8. */
    public static final int ROLLBACK_REASON_BYTES_MAX = 4_096;
    /** How long a participant that asks for it is left alone. */
    public static final int RETRY_AFTER_S_MAX = 3_600;

    public static final int ACTOR_CHARS_MAX = 128;
    public static final int REASON_CHARS_MAX = 512;
    /** Names and values of the attributes of a transaction, such as its trace context, UTF-8. */
    public static final int ATTRIBUTE_BYTES_MAX = 2_048;

    /** Calls, answers and empty-URL successes that one command may cause; the rest is taken up by {@code continueWork}. */
    public static final int EFFECTS_PER_COMMAND_MAX = 256;
    /** Finished transactions that one command's end of a transaction makes forgotten. */
    public static final int FORGOTTEN_PER_COMMAND_MAX = 256;
    /** Timers that one tick fires. */
    public static final int TIMERS_PER_COMMAND_MAX = 256;
    /** Clients that may wait for one transaction. */
    public static final int WAITERS_PER_TRANSACTION_MAX = 64;
    /** Records of one part of a listing. */
    public static final int PAGE_RECORDS_MAX = 1_000;
    /** Transactions looked at for one part of a listing or of a bulk reset. */
    public static final int PAGE_SCAN_MAX = 10_000;
    /** Text held by the records of one part of a listing; a part ends behind the record that reaches it. */
    public static final int PAGE_BYTES_MAX = 1 << 20;

    private Limits() {}
}
