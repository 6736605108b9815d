package io.assent.loadtest.soak;

import io.assent.loadtest.process.MetricsPage;
import io.assent.loadtest.process.ServerProcess;
import java.io.IOException;

/**
 * What a quiet server holds after a collection of its garbage.
 *
 * @param calls how many branch calls have ended with success so far.
 * @param otherCalls how many have ended otherwise.
 * @param heapBytes its used heap.
 * @param directBytes its memory outside the heap.
 * @param threads its threads.
 * @param finishedKept the finished transactions that it keeps.
 */
public record Reading(long calls, long otherCalls, long heapBytes, long directBytes, long threads, long finishedKept) {

    private static final int COLLECTIONS = 4;

    /** Takes the values. The least of several collections counts: what the reading itself leaves on the heap comes and goes. */
    static Reading of(final ServerProcess server) throws IOException, InterruptedException {
        Reading least = null;
        for (int i = 0; i < COLLECTIONS; i++) {
            server.collectGarbage();
            final Reading one = of(server.metrics());
            least = least == null ? one : least.least(one);
        }
        return least;
    }

    static Reading of(final MetricsPage page) {
        final long succeeded = (long) page.required("assent_calls_ended_total{outcome=\"success\"}");
        return new Reading(
                succeeded,
                (long) page.sum("assent_calls_ended_total") - succeeded,
                (long) page.required("jvm_memory_used_bytes{area=\"heap\"}"),
                (long) page.required("assent_direct_memory_bytes"),
                (long) page.required("jvm_threads_current"),
                (long) page.required("assent_transactions_finished_kept"));
    }

    private Reading least(final Reading other) {
        return new Reading(
                calls,
                otherCalls,
                Math.min(heapBytes, other.heapBytes),
                Math.min(directBytes, other.directBytes),
                Math.min(threads, other.threads),
                finishedKept);
    }
}
