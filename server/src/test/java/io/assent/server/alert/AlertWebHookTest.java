package io.assent.server.alert;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.assent.engine.Alert;
import io.assent.engine.TransactionStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** PROTOCOL 6.10 against a real listener. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class AlertWebHookTest {
    private final BlockingQueue<String> bodies = new LinkedBlockingQueue<>();
    private final Semaphore gate = new Semaphore(0);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile boolean hangs;
    private volatile int status = 200;
    private HttpServer listener;

    @BeforeEach
    void listen() throws IOException {
        listener = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        listener.setExecutor(threads);
        listener.createContext("/hook", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            bodies.add(exchange.getRequestMethod() + " "
                    + exchange.getRequestHeaders().getFirst("Content-Type") + " " + body);
            if (hangs) {
                gate.acquireUninterruptibly();
            }
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        listener.start();
    }

    @AfterEach
    void stop() {
        gate.release(10_000);
        listener.stop(0);
        threads.shutdownNow();
    }

    private AlertWebHook hook() {
        return new AlertWebHook(
                URI.create("http://127.0.0.1:" + listener.getAddress().getPort() + "/hook"), 3, 30_000);
    }

    private static Alert alert(int retryCount) {
        return new Alert("g\"1", TransactionStatus.SUBMITTED, "http://busi/a", "why\nso", retryCount);
    }

    private String nextBody() throws InterruptedException {
        return bodies.poll(30, TimeUnit.SECONDS);
    }

    @Test
    void shouldPostWhatTheProtocolSaysFromTheLimitOn() throws Exception {
        try (AlertWebHook hook = hook()) {
            hook.accept(alert(2));
            hook.accept(alert(3));
            assertThat(nextBody())
                    .isEqualTo("POST application/json {\"branch\":\"http://busi/a\",\"error\":\"why\\nso\","
                            + "\"gid\":\"g\\\"1\",\"retry_count\":3,\"status\":\"submitted\"}");
            hook.accept(alert(4));
            assertThat(nextBody()).contains("\"retry_count\":4");
            assertThat(bodies).isEmpty();
        }
    }

    @Test
    void shouldKeepItsBoundsWhileTheHookHangs() throws Exception {
        hangs = true;
        try (AlertWebHook hook = hook()) {
            int fits = AlertWebHook.IN_FLIGHT_MAX + AlertWebHook.WAITING_MAX;
            for (int i = 0; i < fits; i++) {
                hook.accept(alert(3));
            }
            assertThat(hook.dropped()).isZero();
            hook.accept(alert(3));
            assertThat(hook.dropped()).isEqualTo(1);
            for (int i = 0; i < AlertWebHook.IN_FLIGHT_MAX; i++) {
                assertThat(nextBody()).isNotNull();
            }
            assertThat(bodies).as("no more at a time").isEmpty();
            hangs = false;
            gate.release(AlertWebHook.IN_FLIGHT_MAX);
            for (int i = 0; i < AlertWebHook.WAITING_MAX; i++) {
                assertThat(nextBody()).as("alert %d that waited", i).isNotNull();
            }
        }
    }

    @Test
    void shouldNotWaitForAHangingHookWhenClosed() throws Exception {
        hangs = true;
        AlertWebHook hook = hook();
        hook.accept(alert(3));
        nextBody();
        hook.close();
        hook.accept(alert(3));
        assertThat(bodies).isEmpty();
    }

    @Test
    void shouldCountWhatTheHookRefuses() throws Exception {
        status = 503;
        try (AlertWebHook hook = hook()) {
            hook.accept(alert(3));
            nextBody();
            while (hook.failed() == 0) {
                Thread.onSpinWait();
            }
            assertThat(hook.sent()).isZero();
        }
    }
}
