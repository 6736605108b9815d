package io.assent.loadtest.attack;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;

/** Asks again and again, on a thread of its own, and remembers how it was answered. Ends when it is closed. */
final class HealthyClient implements AutoCloseable {

    /** One question. */
    interface Question {
        /** Answers the status. */
        int ask() throws IOException;
    }

    private final Question question;
    private final long pauseMs;
    private final Thread thread;
    private final AtomicReference<Throwable> ended = new AtomicReference<>();
    private volatile boolean closing;
    private long answered;
    private long refused;
    private long failed;
    private long slowestNs;
    private long gapNs;
    private String firstFailure = "";
    private long lastAnswerNs = System.nanoTime();

    HealthyClient(final String name, final long pauseMs, final Question question) {
        this.question = question;
        this.pauseMs = pauseMs;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            while (!closing) {
                final long startedNs = System.nanoTime();
                try {
                    final int status = question.ask();
                    told(startedNs, status, "status " + status);
                } catch (final IOException e) {
                    told(startedNs, 0, e.toString());
                }
                Thread.sleep(pauseMs);
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (final RuntimeException e) {
            ended.set(e);
        }
    }

    private synchronized void told(final long startedNs, final int status, final String text) {
        final long nowNs = System.nanoTime();
        slowestNs = Math.max(slowestNs, nowNs - startedNs);
        if (status == 200) {
            answered++;
            gapNs = Math.max(gapNs, nowNs - lastAnswerNs);
            lastAnswerNs = nowNs;
        } else if (status == 503) {
            refused++;
        } else {
            failed++;
            firstFailure = firstFailure.isEmpty() ? text : firstFailure;
        }
    }

    /** How it was answered since the last look. */
    synchronized Served look() {
        if (ended.get() != null) {
            throw new IllegalStateException("the healthy client has failed", ended.get());
        }
        final long nowNs = System.nanoTime();
        gapNs = Math.max(gapNs, nowNs - lastAnswerNs);
        final Served served =
                new Served(answered, refused, failed, slowestNs / 1_000_000, gapNs / 1_000_000, firstFailure);
        answered = 0;
        refused = 0;
        failed = 0;
        slowestNs = 0;
        gapNs = 0;
        firstFailure = "";
        lastAnswerNs = nowNs;
        return served;
    }

    @Override
    public void close() {
        closing = true;
        try {
            thread.join();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
