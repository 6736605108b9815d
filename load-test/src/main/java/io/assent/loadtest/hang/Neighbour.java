package io.assent.loadtest.hang;

/**
 * One route that misbehaves, beside healthy ones.
 *
 * @param how what it does.
 * @param samePort whether it has host and port in common with the healthy ones.
 * @param tls whether branches are called by https.
 * @param restart whether the server is killed and started again before each window, so that it knows nothing of its participants.
 * @param elsewhere how many more sagas call a target that hangs on another port.
 */
public record Neighbour(Misbehaviour how, boolean samePort, boolean tls, boolean restart, int elsewhere) {

    /** The most sagas elsewhere. */
    public static final int ELSEWHERE_MAX = 100_000;

    /** Checks the bounds. */
    public Neighbour {
        if (elsewhere < 0 || elsewhere > ELSEWHERE_MAX) {
            throw new IllegalArgumentException("elsewhere must be 0 to " + ELSEWHERE_MAX + ", but is " + elsewhere);
        }
    }

    @Override
    public String toString() {
        return "a route that does " + how + " on " + (samePort ? "the same" : "another") + " port"
                + (tls ? ", over TLS" : "")
                + (restart ? ", each window after a kill" : "")
                + (elsewhere > 0 ? ", " + elsewhere + " sagas to a port that hangs" : "");
    }
}
