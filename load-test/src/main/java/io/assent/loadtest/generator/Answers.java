package io.assent.loadtest.generator;

/** Who is told how submits end. Called on the event loop; may submit again from within. */
interface Answers {

    /**
     * A submit was answered with success.
     *
     * @param sinceNs what it was submitted with.
     */
    void succeeded(long sinceNs);

    /**
     * A submit was answered otherwise, or will not be answered.
     *
     * @param sinceNs what it was submitted with.
     * @param kind what happened, in a word or two.
     */
    void failed(long sinceNs, String kind);

    /**
     * Something went wrong that ended no submit.
     *
     * @param kind what happened, in a word or two.
     */
    void disturbed(String kind);
}
