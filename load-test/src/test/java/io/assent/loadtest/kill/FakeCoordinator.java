package io.assent.loadtest.kill;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A coordinator just good enough to try the rig on: a thread per transaction, a text file as journal, which survives SIGKILL. It takes a fault to be found:
 * {@code lose-tail} forgets the last events at each start, {@code skip-compensation} never undoes the first step, {@code call-after-end} calls the first action
 * once more after the end.
 */
final class FakeCoordinator {

    private enum Result {
        OK,
        FAIL,
        ONGOING,
        UNKNOWN
    }

    private static final class Transaction {
        private final String gid;
        private final JsonNode body;
        private final long createdMs;
        private volatile String status;
        private volatile long endedMs;
        private final Map<String, String> rows = new ConcurrentHashMap<>();
        private final CompletableFuture<String> end = new CompletableFuture<>();
        private boolean running;

        Transaction(final String gid, final JsonNode body, final String status, final long createdMs) {
            this.gid = gid;
            this.body = body;
            this.status = status;
            this.createdMs = createdMs;
        }

        boolean saga() {
            return body.path("trans_type").asText().equals("saga");
        }
    }

    private final ObjectMapper mapper = new ObjectMapper();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Transaction> transactions = new ConcurrentHashMap<>();
    private final Path journal;
    private final String fault;

    private FakeCoordinator(final Path data, final String fault) throws IOException {
        this.fault = fault;
        Files.createDirectories(data);
        journal = data.resolve("journal.txt");
    }

    public static void main(final String[] arguments) throws IOException {
        // Without it the JDK's server waits 40 ms for the acknowledgement of the head before it sends the body.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        final FakeCoordinator coordinator = new FakeCoordinator(Path.of(arguments[0]), arguments[2]);
        coordinator.replay();
        final HttpServer server = HttpServer.create(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[1])), 1_000);
        server.setExecutor(coordinator.threads);
        server.createContext("/", coordinator::handle);
        server.start();
    }

    private void replay() throws IOException {
        if (!Files.exists(journal)) {
            return;
        }
        List<String> lines = Files.readAllLines(journal);
        if (fault.equals("lose-tail")) {
            lines = lines.subList(0, Math.max(0, lines.size() - 40));
            Files.write(journal, lines);
        }
        for (final String line : lines) {
            final String[] words = line.split("\t");
            if (words[1].equals("created")) {
                transactions.put(
                        words[0],
                        new Transaction(words[0], mapper.readTree(words[4]), words[2], Long.parseLong(words[3])));
                continue;
            }
            final Transaction transaction = transactions.get(words[0]);
            if (transaction == null) {
                continue;
            }
            switch (words[1]) {
                case "status" -> {
                    transaction.status = words[2];
                    transaction.endedMs = Long.parseLong(words[3]);
                }
                case "submitted" -> {
                    // What a submit brings is not needed again.
                }
                default -> transaction.rows.put(words[1], words[2]);
            }
        }
        transactions.values().forEach(this::start);
    }

    private synchronized void write(final String... words) {
        try {
            Files.writeString(
                    journal, String.join("\t", words) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (final IOException e) {
            Runtime.getRuntime().halt(3);
        }
    }

    private void handle(final HttpExchange exchange) throws IOException {
        final String path = exchange.getRequestURI().getPath();
        final String request = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        int status = 200;
        String answer = "{\"dtm_result\":\"SUCCESS\"}";
        if (path.endsWith("/query")) {
            answer = query(exchange.getRequestURI().getQuery().substring("gid=".length()));
        } else if (!path.equals("/readyz")) {
            final String refusal = change(path.substring(path.lastIndexOf('/') + 1), mapper.readTree(request));
            if (!refusal.isEmpty()) {
                status = 409;
                answer = "{\"dtm_result\":\"FAILURE\",\"message\":\"" + refusal + " FAILURE\"}";
            }
        }
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        final byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private String change(final String endpoint, final JsonNode body) {
        final String gid = body.path("gid").asText();
        final Transaction transaction;
        synchronized (this) {
            final Transaction known = transactions.get(gid);
            if (known == null) {
                final String first = endpoint.equals("prepare") ? "prepared" : "submitted";
                transaction = new Transaction(gid, body, first, System.currentTimeMillis());
                write(gid, "created", first, Long.toString(transaction.createdMs), body.toString());
                transactions.put(gid, transaction);
            } else {
                transaction = known;
                if (endpoint.equals("prepare") && !known.status.equals("prepared")
                        || endpoint.equals("submit") && !"prepared submitted".contains(known.status)
                        || endpoint.equals("abort") && !known.status.equals("prepared")) {
                    return "current status " + known.status;
                }
                if (endpoint.equals("submit") && known.status.equals("prepared")) {
                    write(gid, "submitted", body.toString());
                    status(known, "submitted");
                } else if (endpoint.equals("abort")) {
                    status(known, "failed");
                }
            }
            start(transaction);
        }
        if (body.path("wait_result").asBoolean() && endpoint.equals("submit")) {
            try {
                return transaction.end.get(5, TimeUnit.SECONDS).equals("succeed") ? "" : "rolled back";
            } catch (final Exception e) {
                return "wait result not return success:";
            }
        }
        return "";
    }

    private String query(final String gid) {
        final ObjectNode answer = mapper.createObjectNode();
        final ArrayNode branches = answer.putArray("branches");
        final Transaction transaction = transactions.get(gid);
        if (transaction == null) {
            answer.putNull("transaction");
            return answer.toString();
        }
        for (int i = 1; i <= transaction.body.path("steps").size(); i++) {
            for (final String op : transaction.saga() ? List.of("compensate", "action") : List.of("action")) {
                final String branch = String.format("%02d", i);
                branches.addObject()
                        .put("branch_id", branch)
                        .put("op", op)
                        .put("status", transaction.rows.getOrDefault(branch + "/" + op, "prepared"));
            }
        }
        final ObjectNode record =
                answer.putObject("transaction").put("gid", gid).put("status", transaction.status);
        if (transaction.endedMs > 0) {
            record.put(
                    transaction.status.equals("succeed") ? "finish_time" : "rollback_time",
                    Instant.ofEpochMilli(transaction.endedMs).toString());
        }
        return answer.toString();
    }

    private synchronized void status(final Transaction transaction, final String status) {
        final boolean terminal = status.equals("succeed") || status.equals("failed");
        transaction.endedMs = terminal ? System.currentTimeMillis() : 0;
        write(transaction.gid, "status", status, Long.toString(transaction.endedMs));
        transaction.status = status;
        if (terminal) {
            transaction.end.complete(status);
        }
    }

    private void row(final Transaction transaction, final String operation, final String status) {
        write(transaction.gid, operation, status);
        transaction.rows.put(operation, status);
    }

    private synchronized void start(final Transaction transaction) {
        if (!transaction.running && transaction.endedMs == 0) {
            transaction.running = true;
            threads.execute(() -> {
                try {
                    run(transaction);
                } catch (final InterruptedException e) {
                    Thread.currentThread().interrupt();
                } catch (final RuntimeException | IOException e) {
                    e.printStackTrace();
                    Runtime.getRuntime().halt(4);
                }
            });
        }
    }

    private void run(final Transaction transaction) throws InterruptedException, IOException {
        if (transaction.saga()) {
            runSaga(transaction);
        } else {
            runMessage(transaction);
        }
        if (fault.equals("call-after-end") && transaction.gid.hashCode() % 5 == 0) {
            Thread.sleep(2_500);
            call(transaction, 0, "action");
        }
    }

    private void runMessage(final Transaction transaction) throws InterruptedException, IOException {
        long due =
                transaction.createdMs + transaction.body.path("timeout_to_fail").asLong() * 1_000;
        while (transaction.status.equals("prepared")) {
            if (System.currentTimeMillis() < due) {
                Thread.sleep(20);
                continue;
            }
            final Result result =
                    send(transaction, transaction.body.path("query_prepared").asText(), "00", "msg", "");
            synchronized (this) {
                if (transaction.status.equals("prepared") && (result == Result.OK || result == Result.FAIL)) {
                    status(transaction, result == Result.OK ? "submitted" : "failed");
                }
            }
            due = System.currentTimeMillis() + 1_000;
        }
        if (!transaction.status.equals("submitted")) {
            return;
        }
        final String custom = transaction.body.path("custom_data").asText("{}");
        final long wait = transaction.createdMs
                + mapper.readTree(custom).path("delay").asLong() * 1_000
                - System.currentTimeMillis();
        Thread.sleep(Math.max(0, wait));
        for (int i = 0; i < transaction.body.path("steps").size(); i++) {
            insist(transaction, i, "action");
        }
        status(transaction, "succeed");
    }

    private void runSaga(final Transaction transaction) throws InterruptedException, IOException {
        final int steps = transaction.body.path("steps").size();
        final boolean concurrent = transaction.body.path("concurrent").asBoolean();
        if (transaction.status.equals("submitted")) {
            final boolean done = concurrent ? allActions(transaction, steps) : actionsInOrder(transaction, steps);
            if (done) {
                status(transaction, "succeed");
                return;
            }
            status(transaction, "aborting");
        }
        for (int i = steps - 1; i >= 0; i--) {
            final String branch = String.format("%02d", i + 1);
            final boolean reached = concurrent
                    || i == 0
                    || "succeed".equals(transaction.rows.get(String.format("%02d", i) + "/action"));
            if (reached
                    && !"succeed".equals(transaction.rows.get(branch + "/compensate"))
                    && !(fault.equals("skip-compensation") && i == 0)) {
                insist(transaction, i, "compensate");
            }
        }
        status(transaction, "failed");
    }

    private boolean actionsInOrder(final Transaction transaction, final int steps)
            throws InterruptedException, IOException {
        for (int i = 0; i < steps; i++) {
            if (!action(transaction, i)) {
                return false;
            }
        }
        return true;
    }

    private boolean allActions(final Transaction transaction, final int steps)
            throws IOException, InterruptedException {
        final JsonNode orders =
                mapper.readTree(transaction.body.path("custom_data").asText()).path("orders");
        final List<Integer> free = new ArrayList<>();
        final List<Integer> ordered = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            (orders.has(Integer.toString(i)) ? ordered : free).add(i);
        }
        return together(transaction, free) && together(transaction, ordered);
    }

    private boolean together(final Transaction transaction, final List<Integer> steps) {
        final List<CompletableFuture<Boolean>> calls = steps.stream()
                .map(step -> CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return action(transaction, step);
                            } catch (final InterruptedException | IOException e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        threads))
                .toList();
        return calls.stream().map(CompletableFuture::join).toList().stream().allMatch(done -> done);
    }

    private boolean action(final Transaction transaction, final int step) throws InterruptedException, IOException {
        final String operation = String.format("%02d", step + 1) + "/action";
        final String known = transaction.rows.get(operation);
        if (known != null) {
            return known.equals("succeed");
        }
        final long timeoutS = transaction.body.path("timeout_to_fail").asLong();
        final long deadline = timeoutS == 0 ? Long.MAX_VALUE : transaction.createdMs + timeoutS * 1_000;
        int retries = transaction.body.path("retry_limit").asInt(-1);
        long intervalMs = 1_000;
        while (System.currentTimeMillis() < deadline) {
            final Result result = call(transaction, step, "action");
            if (result == Result.OK || result == Result.FAIL) {
                row(transaction, operation, result == Result.OK ? "succeed" : "failed");
                return result == Result.OK;
            }
            if (retries >= 0 && retries-- == 0) {
                return false;
            }
            if (retries < 0) {
                intervalMs = result == Result.ONGOING ? intervalMs : intervalMs * 2;
                Thread.sleep(Math.max(0, Math.min(intervalMs, deadline - System.currentTimeMillis())));
            }
        }
        return false;
    }

    private void insist(final Transaction transaction, final int step, final String op)
            throws InterruptedException, IOException {
        final String operation = String.format("%02d", step + 1) + "/" + op;
        long intervalMs = 500;
        while (!"succeed".equals(transaction.rows.get(operation))) {
            if (call(transaction, step, op) == Result.OK) {
                row(transaction, operation, "succeed");
            } else {
                Thread.sleep(intervalMs);
                intervalMs *= 2;
            }
        }
    }

    private Result call(final Transaction transaction, final int step, final String op) throws InterruptedException {
        return send(
                transaction,
                transaction.body.path("steps").path(step).path(op).asText(),
                String.format("%02d", step + 1),
                op,
                transaction.body.path("payloads").path(step).asText());
    }

    private Result send(
            final Transaction transaction, final String url, final String branch, final String op, final String payload)
            throws InterruptedException {
        final long timeoutS = transaction.body.path("request_timeout").asLong(3);
        final HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(
                        url + "?branch_id=" + branch + "&gid=" + transaction.gid + "&op=" + op + "&trans_type="
                                + transaction.body.path("trans_type").asText()))
                .timeout(Duration.ofSeconds(timeoutS));
        try {
            final HttpResponse<String> answer = http.send(
                    payload.isEmpty()
                            ? request.GET().build()
                            : request.POST(HttpRequest.BodyPublishers.ofString(payload))
                                    .build(),
                    BodyHandlers.ofString());
            return switch (answer.statusCode()) {
                case 200 -> Result.OK;
                case 409 -> Result.FAIL;
                case 425 -> Result.ONGOING;
                default -> Result.UNKNOWN;
            };
        } catch (final IOException e) {
            return Result.UNKNOWN;
        }
    }
}
