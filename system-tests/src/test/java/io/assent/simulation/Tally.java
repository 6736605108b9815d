package io.assent.simulation;

/** What many histories amounted to. */
record Tally(long histories, long steps, long records, long calls, long crashes) {
    static final Tally NONE = new Tally(0, 0, 0, 0, 0);

    Tally plus(Simulation.Result result) {
        return new Tally(
                histories + 1,
                steps + result.steps(),
                records + result.records(),
                calls + result.calls(),
                crashes + result.crashes());
    }

    Tally plus(Tally other) {
        return new Tally(
                histories + other.histories,
                steps + other.steps,
                records + other.records,
                calls + other.calls,
                crashes + other.crashes);
    }
}
