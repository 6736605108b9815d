package io.assent.transport.front;

import io.assent.engine.Submission;

/** The front's reading of a request body, for measuring and for other fronts. One thread. */
public final class BodyReader {
    private final TransactionRequest request = new TransactionRequest();
    private final SubmissionParser parser = new SubmissionParser(request);

    /** The checked submission in a body; throws {@link IllegalArgumentException} with the refusal's sentence when there is none. */
    public Submission submission(byte[] body, int length) {
        try {
            parser.read(body, length);
            return request.submission();
        } catch (RequestError e) {
            throw new IllegalArgumentException(e.rejection().text(), e);
        }
    }
}
