package io.assent.server.sequencer;

import java.util.concurrent.CountDownLatch;

/** Waiting that an interrupt does not cut short. */
final class Waiting {

    private Waiting() {}

    static void forLatch(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
