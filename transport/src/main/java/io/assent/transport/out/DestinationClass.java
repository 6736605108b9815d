package io.assent.transport.out;

/** What is known of a destination when a call to it is made; for metrics. */
public enum DestinationClass {
    /** Its latest call ended with an answer. */
    ANSWERING("answering"),
    /** No call has ended there yet, or some of the latest ended unknown. */
    UNPROVEN("unproven"),
    /** Its last calls all ended unknown: it gets few calls at a time. */
    SUSPECT("suspect");

    private final String label;

    DestinationClass(String label) {
        this.label = label;
    }

    /** Its name in metrics. */
    public String label() {
        return label;
    }
}
