package io.assent.loadtest.net;

import java.util.Locale;

/** How sagas reach the coordinator, and how it calls their branches. */
public enum Protocol {
    /** JSON over HTTP/1.1, both ways. */
    HTTP,
    /** {@code dtmgimp.Dtm} inward, gRPC branch calls outward. */
    GRPC;

    /**
     * Names it, as options and tables do.
     *
     * @return its name in lower case.
     */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return label();
    }
}
