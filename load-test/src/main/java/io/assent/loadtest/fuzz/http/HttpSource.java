package io.assent.loadtest.fuzz.http;

import io.assent.loadtest.fuzz.FuzzSender;
import io.assent.loadtest.fuzz.FuzzSource;
import io.assent.loadtest.fuzz.Tally;

/** Inputs over HTTP/1.1: paths, methods, header fields, bodies, pipelines and garbage. */
public final class HttpSource implements FuzzSource {

    private final Surroundings surroundings;
    private final InputGenerator generator;

    /**
     * Makes the source of one run.
     *
     * @param surroundings what its inputs are made from.
     */
    public HttpSource(final Surroundings surroundings) {
        this.surroundings = surroundings;
        this.generator = new InputGenerator(surroundings.seed(), surroundings.branches());
    }

    @Override
    public String protocol() {
        return "HTTP";
    }

    @Override
    public FuzzSender sender(final Tally tally) {
        return new HttpSender(generator, surroundings.port(), surroundings.answerLimit(), tally);
    }

    @Override
    public String show(final long number) {
        return generator.input(number).show();
    }
}
