package io.assent.engine;

import io.assent.engine.BranchCall.Header;

/** Options of a submit laid over those of the prepare: what the request sets wins, the rest holds (PROTOCOL 13, settled (e)). */
final class OptionsMerge {

    private OptionsMerge() {}

    static Options merge(Options stored, Options request) {
        boolean newCustomData = !request.customData().isEmpty();
        Options custom = newCustomData ? request : stored;
        SubmissionBuilder builder = new SubmissionBuilder()
                .protocol(stored.protocol())
                .queryPrepared(request.queryPrepared().isEmpty() ? stored.queryPrepared() : request.queryPrepared())
                .customData(custom.customData())
                .sagaConcurrent(custom.sagaConcurrent())
                .delay(custom.delayS())
                .waitResult(request.waitResult() || stored.waitResult())
                .concurrent(request.concurrent() || stored.concurrent())
                .timeoutToFail(set(request.timeoutToFailS(), stored.timeoutToFailS()))
                .requestTimeout(set(request.requestTimeoutS(), stored.requestTimeoutS()))
                .retryInterval(set(request.retryIntervalS(), stored.retryIntervalS()))
                .retryLimit(set(request.retryLimit(), stored.retryLimit()))
                .retryCount(set(request.retryCount(), stored.retryCount()));
        int[] orders = custom.orders();
        for (int i = 0; i < orders.length; i += 2) {
            builder.order(orders[i], orders[i + 1]);
        }
        for (Header header : request.headers().isEmpty() ? stored.headers() : request.headers()) {
            builder.header(header.name(), header.value());
        }
        for (Header attribute : stored.attributes().isEmpty() ? request.attributes() : stored.attributes()) {
            builder.attribute(attribute.name(), attribute.value());
        }
        return builder.buildOptions();
    }

    /** What keeps the merged options from fitting the stored steps, or null: the request's orders speak of the request's steps, which do not count. */
    static Rejection check(Submission stored, Options merged) {
        return OrderGraph.check(stored.stepCount(), merged.sagaConcurrent(), merged.orders());
    }

    private static int set(int request, int stored) {
        return request != 0 ? request : stored;
    }
}
