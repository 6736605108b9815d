package io.assent.loadtest.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assent.loadtest.net.HttpMessages;
import io.assent.loadtest.net.MalformedResponse;
import io.assent.loadtest.net.RawConnection;
import io.assent.loadtest.net.Response;
import io.assent.loadtest.process.MetricsPage;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What an operator does between the sections of a run: look at the server, and remove what the inputs left unfinished, so that it is not
 * taken for a leak. One connection, made anew for each visit, because an idle one is closed by the server. One thread.
 */
final class ServerDesk implements AutoCloseable {

    private static final String API = "/api/dtmsvr/";
    private static final String HOST = "desk";
    private static final List<String> UNFINISHED = List.of("prepared", "submitted", "aborting");
    private static final int PAGE = 1_000;
    /** Below the 64 requests that the server takes before it answers. */
    private static final int PIPELINED = 32;

    private static final long POLL_MS = 50;

    private final ObjectMapper mapper = new ObjectMapper();
    private final RawConnection connection;

    ServerDesk(final int port, final Duration limit) throws IOException {
        connection = new RawConnection(port, limit);
    }

    Response get(final String target) throws IOException, BrokenRule {
        return exchange(request("GET", target));
    }

    Response post(final String endpoint, final String body) throws IOException, BrokenRule {
        return exchange(HttpMessages.post(HOST, API + endpoint, body));
    }

    /** Sends many requests, a few at a time, and returns their answers in order. */
    List<Response> all(final List<byte[]> requests) throws IOException, BrokenRule {
        final List<Response> answers = new ArrayList<>(requests.size());
        for (int from = 0; from < requests.size(); from += PIPELINED) {
            final List<byte[]> some = requests.subList(from, Math.min(from + PIPELINED, requests.size()));
            for (final byte[] request : some) {
                connection.write(request);
            }
            for (int i = 0; i < some.size(); i++) {
                answers.add(answer());
            }
        }
        return answers;
    }

    private Response exchange(final byte[] request) throws IOException, BrokenRule {
        connection.write(request);
        return answer();
    }

    private Response answer() throws IOException, BrokenRule {
        final Response answer;
        try {
            answer = connection.responses().read(false);
        } catch (final MalformedResponse e) {
            throw new BrokenRule("a plain request was answered by no response: " + e.getMessage(), e);
        }
        if (answer == null) {
            throw new BrokenRule("a plain request was not answered: the server closed the connection");
        }
        return answer;
    }

    private static byte[] request(final String method, final String target) {
        return (method + " " + target + " HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    void requireReady() throws IOException, BrokenRule {
        final Response answer = get("/readyz");
        if (answer.status() != 200) {
            throw new BrokenRule("/readyz must answer 200, found " + answer.status() + " " + answer.text());
        }
    }

    MetricsPage metrics() throws IOException, BrokenRule {
        return new MetricsPage(get("/api/metrics").text());
    }

    // ---- what is left

    /** Stops every unfinished transaction; returns how many. */
    int stopUnfinished() throws IOException, BrokenRule {
        int stopped = 0;
        for (final String status : UNFINISHED) {
            List<String> before = List.of();
            while (true) {
                final List<String> gids =
                        texts(get(API + "all?status=" + status + "&limit=" + PAGE), "transactions", "gid");
                if (gids.isEmpty()) {
                    break;
                }
                if (gids.equals(before)) {
                    throw new BrokenRule("forceStop must end a transaction, but these are " + status + " as before: "
                            + Escaped.of(gids.toString().getBytes(StandardCharsets.UTF_8), 500));
                }
                final List<byte[]> requests = new ArrayList<>(gids.size());
                for (final String gid : gids) {
                    requests.add(HttpMessages.post(
                            HOST,
                            API + "forceStop",
                            mapper.createObjectNode().put("gid", gid).toString()));
                }
                for (final Response answer : all(requests)) {
                    // 409: it ended by itself meanwhile; 500: and is forgotten already.
                    if (answer.status() != 200 && answer.status() != 409 && answer.status() != 500) {
                        throw new BrokenRule("forceStop was answered " + answer.status() + " " + answer.text());
                    }
                    stopped += answer.status() == 200 ? 1 : 0;
                }
                before = gids;
            }
        }
        return stopped;
    }

    /** Deletes every topic; returns how many. */
    int deleteTopics() throws IOException, BrokenRule {
        int deleted = 0;
        while (true) {
            final List<String> topics = texts(get(API + "scanKV?cat=topics&limit=" + PAGE), "kv", "k");
            if (topics.isEmpty()) {
                return deleted;
            }
            final List<byte[]> requests = new ArrayList<>(topics.size());
            for (final String topic : topics) {
                requests.add(request(
                        "DELETE",
                        API + "topic/"
                                + URLEncoder.encode(topic, StandardCharsets.UTF_8)
                                        .replace("+", "%20")));
            }
            for (final Response answer : all(requests)) {
                if (answer.status() != 200) {
                    throw new BrokenRule(
                            "the deletion of a topic was answered " + answer.status() + " " + answer.text());
                }
                deleted++;
            }
        }
    }

    private List<String> texts(final Response answer, final String list, final String field)
            throws IOException, BrokenRule {
        if (answer.status() != 200) {
            throw new BrokenRule("a listing was answered " + answer.status() + " " + answer.text());
        }
        final List<String> texts = new ArrayList<>();
        for (final JsonNode element : mapper.readTree(answer.body()).path(list)) {
            texts.add(element.path(field).asText());
        }
        return texts;
    }

    // ---- rest

    /** Waits until nothing is under way: no transaction, no call, no connection but this one. */
    void awaitRest(final Duration limit) throws IOException, InterruptedException, BrokenRule {
        final long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            final MetricsPage page = metrics();
            final String busy = busy(page);
            if (busy.isEmpty()) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new BrokenRule(
                        "the server must come to rest within " + limit.toSeconds() + " s, but there are " + busy);
            }
            Thread.sleep(POLL_MS);
        }
    }

    private static String busy(final MetricsPage page) {
        final StringBuilder busy = new StringBuilder();
        note(busy, "unfinished transactions", page.sum("assent_transactions_live"), 0);
        note(busy, "open branch calls", page.sum("assent_calls_open"), 0);
        note(busy, "waiting branch calls", page.sum("assent_calls_waiting"), 0);
        note(busy, "connections to participants", page.sum("assent_call_connections"), 0);
        note(busy, "client connections", page.sum("assent_client_connections"), 1);
        note(busy, "gRPC client connections", page.sum("assent_grpc_client_connections"), 0);
        return busy.toString();
    }

    private static void note(final StringBuilder busy, final String what, final double count, final double most) {
        if (count > most) {
            busy.append(String.format(Locale.ROOT, "%s%.0f %s", busy.length() == 0 ? "" : ", ", count, what));
        }
    }

    @Override
    public void close() {
        connection.close();
    }
}
