package io.assent.transport.out;

/** What is known of a route when a call to it is made: decides how many places of its address it may hold. */
public enum RouteClass {
    /** Its latest call ended with an answer. */
    ANSWERING(0, "answering"),
    /** No call has ended there yet, or some of the latest ended unknown. */
    UNPROVEN(1, "unproven"),
    /** Its last calls all ended unknown: it gets few calls at a time. */
    SUSPECT(2, "suspect");

    private final int code;
    private final String label;

    RouteClass(int code, String label) {
        this.code = code;
        this.label = label;
    }

    /** Dense, from 0. */
    int code() {
        return code;
    }

    /** Its name in metrics. */
    public String label() {
        return label;
    }
}
