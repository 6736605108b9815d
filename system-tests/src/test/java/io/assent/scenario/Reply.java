package io.assent.scenario;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a client is told.
 *
 * @param text "" for success
 * @param status of the transaction as the coordinator adds it to an answer, "" for none
 */
record Reply(Verdict verdict, String text, String status) {

    /** The classes of answers that both protocols tell apart (PROTOCOL 2.0, 4). */
    enum Verdict {
        /** Done. */
        SUCCESS,
        /** A definite no. */
        FAILURE,
        /** Still at work. */
        ONGOING,
        /** Anything else that the coordinator says of the request. */
        ERROR,
        /** The coordinator takes no such request at the moment. */
        UNAVAILABLE
    }

    void shouldBeSuccess() {
        assertThat(this).extracting(Reply::verdict, Reply::text).containsExactly(Verdict.SUCCESS, "");
    }

    void shouldBe(Verdict expected, String expectedText) {
        assertThat(this).extracting(Reply::verdict, Reply::text).containsExactly(expected, expectedText);
    }
}
