package io.assent.server.alert;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.assent.engine.Alert;
import io.assent.engine.MaskedUrl;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Posts alerts to a web hook (PROTOCOL 6.10), a bounded number at a time; more wait, and what is beyond that is dropped and counted. The
 * hook's answer is only logged. No transaction waits for it.
 *
 * <p>Any thread; the client library's own threads send.
 */
public final class AlertWebHook implements Consumer<Alert>, AutoCloseable {
    static final int IN_FLIGHT_MAX = 16;
    static final int WAITING_MAX = 1_024;

    private static final Logger LOG = LoggerFactory.getLogger(AlertWebHook.class);
    private static final long COMPLAINT_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final URI address;
    private final int retryLimit;
    private final Duration timeout;
    private final HttpClient http;
    private final JsonFactory json = new JsonFactory();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();

    /** Guarded by this. */
    private final ArrayDeque<Alert> waiting = new ArrayDeque<>();

    private int inFlight;
    private boolean closed;
    private volatile Runnable onIdle = () -> {};
    private long complainedNanos = System.nanoTime() - COMPLAINT_EVERY_NANOS;

    /**
     * @param retryLimit alerts that count less are not sent
     * @param timeoutMs of one post
     */
    public AlertWebHook(URI address, int retryLimit, long timeoutMs) {
        this.address = address;
        this.retryLimit = retryLimit;
        this.timeout = Duration.ofMillis(timeoutMs);
        // Without an offer to upgrade, which small hooks do not understand.
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .build();
    }

    @Override
    public void accept(Alert alert) {
        if (alert.retryCount() < retryLimit) {
            return;
        }
        synchronized (this) {
            if (closed) {
                return;
            }
            if (inFlight >= IN_FLIGHT_MAX) {
                if (waiting.size() >= WAITING_MAX) {
                    dropped.incrementAndGet();
                    complain("drops alerts: " + WAITING_MAX + " wait already");
                } else {
                    waiting.addLast(alert);
                }
                return;
            }
            inFlight++;
        }
        post(alert);
    }

    /** Hears when the last alert under way has ended. */
    public void onIdle(Runnable listener) {
        onIdle = listener;
    }

    /** Whether no alert is under way or waits. */
    public synchronized boolean isIdle() {
        return inFlight == 0 && waiting.isEmpty();
    }

    /** Posts one, and those that wait behind it when posting fails at once. */
    private void post(Alert alert) {
        for (Alert next = alert; next != null; ) {
            try {
                send(next);
                return;
            } catch (RuntimeException unsendable) {
                ended(null, unsendable);
                next = next();
            }
        }
    }

    private void send(Alert alert) {
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(timeout)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(body(alert)))
                .build();
        http.sendAsync(request, BodyHandlers.discarding()).whenComplete((response, failure) -> {
            ended(response, failure);
            Alert next = next();
            if (next != null) {
                post(next);
            }
        });
    }

    private synchronized void ended(HttpResponse<Void> response, Throwable failure) {
        if (failure == null && response.statusCode() / 100 == 2) {
            sent.incrementAndGet();
            return;
        }
        failed.incrementAndGet();
        complain(failure == null ? "answers " + response.statusCode() : "can not be reached: " + failure.getMessage());
    }

    /** The next one that takes the place of one that has ended, or null. */
    private Alert next() {
        synchronized (this) {
            Alert alert = closed ? null : waiting.pollFirst();
            if (alert != null) {
                return alert;
            }
            inFlight--;
        }
        onIdle.run();
        return null;
    }

    /** At most one line a minute. */
    private void complain(String what) {
        long now = System.nanoTime();
        if (now - complainedNanos >= COMPLAINT_EVERY_NANOS) {
            complainedNanos = now;
            LOG.warn("AlertWebHook {} {}", MaskedUrl.of(address.toString()), what);
        }
    }

    private byte[] body(Alert alert) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator generator = json.createGenerator(bytes)) {
            generator.writeStartObject();
            generator.writeStringField("branch", alert.branchUrl());
            generator.writeStringField("error", alert.error());
            generator.writeStringField("gid", alert.gid());
            generator.writeNumberField("retry_count", alert.retryCount());
            generator.writeStringField("status", alert.status().wireName());
            generator.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return bytes.toByteArray();
    }

    /** Posts that were answered with success. */
    public long sent() {
        return sent.get();
    }

    /** Posts that failed or were answered otherwise. */
    public long failed() {
        return failed.get();
    }

    /** Alerts that were never posted because too many waited. */
    public long dropped() {
        return dropped.get();
    }

    /** Posts nothing more; what is under way is not awaited. */
    @Override
    public synchronized void close() {
        closed = true;
        waiting.clear();
    }
}
