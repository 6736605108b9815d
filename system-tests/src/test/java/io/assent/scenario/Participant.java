package io.assent.scenario;

/** A participant that can be called by one protocol, and gives every call to its business. */
interface Participant extends AutoCloseable {
    /** The name by which call-backs of workflows are recorded. */
    String CALL_BACK = "callback";

    /** The URL under which calls of this name come. */
    String url(String name);

    /** The URL by which a workflow's client is called back. */
    String callBackUrl();

    /** How the coordinator tells the answer {@code error TEXT} (PROTOCOL 5.2, 5.4). */
    String unknownText(String text);

    /** Stops, with everything that is open. */
    void goAway();

    /** Serves again at the same address. */
    void comeBack();

    @Override
    void close();
}
