package io.assent.loadtest.hang;

import io.assent.loadtest.net.Protocol;
import io.assent.loadtest.process.ServerProcess;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Sagas of one step that call hanging targets and keep retrying: many at first, then some each second if wanted, until all of them are
 * stopped by force. Submitted over HTTP whatever their branches speak. One owner; the few come from a thread of their own.
 */
final class HangingSagas {

    private volatile ServerProcess server;
    private final Protocol protocol;
    private final List<String> urls;
    private final String prefix =
            String.format("hang-%08x-", ThreadLocalRandom.current().nextInt());
    private final AtomicReference<IOException> failure = new AtomicReference<>();
    private ScheduledExecutorService feeding;
    private int submitted;
    private int stopped;

    HangingSagas(final Protocol protocol, final List<String> urls) {
        this.protocol = protocol;
        this.urls = urls;
    }

    /** The server to submit to. */
    void moveTo(final ServerProcess successor) {
        server = successor;
    }

    /** Begins with a number of sagas for each target. */
    void start(final int perTarget) throws IOException {
        for (int i = 0; i < perTarget * urls.size(); i++) {
            submit();
        }
    }

    /** Goes on with some more for each target. */
    void feed(final double perTargetSecond) {
        feeding = Executors.newSingleThreadScheduledExecutor(runnable -> {
            final Thread thread = new Thread(runnable, "hanging-sagas");
            thread.setDaemon(true);
            return thread;
        });
        final long intervalNs = (long) (TimeUnit.SECONDS.toNanos(1) / (perTargetSecond * urls.size()));
        feeding.scheduleAtFixedRate(this::submitOneMore, intervalNs, intervalNs, TimeUnit.NANOSECONDS);
    }

    private void submitOneMore() {
        if (failure.get() == null) {
            try {
                submit();
            } catch (final IOException e) {
                failure.set(e);
            }
        }
    }

    private void submit() throws IOException {
        final String url = urls.get(submitted % urls.size());
        final int status = server.post(
                "submit",
                "{\"gid\":\"" + prefix + submitted + "\",\"trans_type\":\"saga\",\"protocol\":\"" + protocol.label()
                        + "\",\"steps\":[{\"action\":\"" + url
                        + "\",\"compensate\":\"\"}],\"payloads\":[\"{}\"]}");
        if (status != 200) {
            throw new IOException("the submit of a saga to a hanging target was answered " + status);
        }
        submitted++;
    }

    /** Ends all of them. */
    void stop() throws IOException, InterruptedException {
        if (feeding == null) {
            stopAll();
            return;
        }
        feeding.shutdown();
        if (!feeding.awaitTermination(10, TimeUnit.SECONDS)) {
            throw new IOException("the submit of a saga to a hanging target takes longer than 10 s");
        }
        if (failure.get() != null) {
            throw failure.get();
        }
        stopAll();
    }

    private void stopAll() throws IOException {
        for (; stopped < submitted; stopped++) {
            final int status = server.post("forceStop", "{\"gid\":\"" + prefix + stopped + "\"}");
            // Where calls are answered, most have ended by themselves.
            if (status != 200 && status != 409) {
                throw new IOException("forceStop of a saga to a hanging target was answered " + status);
            }
        }
    }
}
