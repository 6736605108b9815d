package io.assent.loadtest.attack;

import io.assent.grpc.DtmRequest;
import io.assent.loadtest.net.Protocol;
import io.assent.loadtest.process.ServerProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The server that is attacked, and what is prepared there. One thread. */
final class Battlefield {

    /** A transaction whose record is large. */
    static final String LARGE_GID = "attack-large";

    private static final String WORKFLOW_GID = "attack-workflow";
    private static final int LARGE_BYTES = 3_900_000;
    private static final int TOPICS = 200;

    private final ServerProcess server;
    private final List<String> open = new ArrayList<>();
    private int submitted;

    Battlefield(final ServerProcess server) {
        this.server = server;
    }

    int httpPort() {
        return server.httpPort();
    }

    int grpcPort() {
        return server.port(Protocol.GRPC);
    }

    /** Makes what the attacks ask for. */
    void prepare() throws IOException {
        // Prepared and not submitted, it stays as it is.
        expect(server.post(
                "prepare",
                "{\"gid\":\"" + LARGE_GID
                        + "\",\"trans_type\":\"msg\",\"query_prepared\":\"http://127.0.0.1:1/\",\"timeout_to_fail\":100000,"
                        + "\"steps\":[{\"action\":\"http://127.0.0.1:1/\"}],\"payloads\":[\"" + "x".repeat(LARGE_BYTES)
                        + "\"]}"));
        expect(server.post(
                "prepare",
                "{\"gid\":\"" + WORKFLOW_GID
                        + "\",\"trans_type\":\"workflow\",\"custom_data\":\"{\\\"name\\\":\\\"w\\\"}\","
                        + "\"query_prepared\":\"http://127.0.0.1:1/\",\"timeout_to_fail\":100000}"));
        expect(server.post(
                "registerBranch",
                "{\"gid\":\"" + WORKFLOW_GID
                        + "\",\"trans_type\":\"workflow\",\"branch_id\":\"01\",\"op\":\"action\",\"status\":\"succeed\","
                        + "\"data\":\"" + "y".repeat(LARGE_BYTES) + "\"}"));
        for (int i = 0; i < TOPICS; i++) {
            server.get("subscribe?topic=t" + i + "&url=http://127.0.0.1:1/" + "u".repeat(1_500) + "&remark="
                    + "r".repeat(400));
        }
        for (int i = 0; i < TOPICS; i++) {
            expect(server.post(
                    "submit",
                    "{\"gid\":\"attack-listed" + i + "\",\"trans_type\":\"saga\",\"custom_data\":\"{\\\"c\\\":\\\""
                            + "c".repeat(4_000) + "\\\"}\",\"steps\":[{\"action\":\"\"}],\"payloads\":[\"\"]}"));
        }
    }

    private static void expect(final int status) throws IOException {
        if (status != 200) {
            throw new IOException("the server must take what the attacks ask for, but answered " + status);
        }
    }

    /** The message of a gRPC client that asks for the large workflow. */
    static byte[] largeWorkflow() {
        return DtmRequest.newBuilder()
                .setGid(WORKFLOW_GID)
                .setTransType("workflow")
                .setCustomedData("{\"name\":\"w\"}")
                .setQueryPrepared("http://127.0.0.1:1/")
                .build()
                .toByteArray();
    }

    /** Transactions whose calls are large. What is refused is not submitted again. */
    void submitLarge(final String url, final String protocol, final int count) throws IOException {
        final String payload = "{\\\"a\\\":\\\"" + "x".repeat(LARGE_BYTES / 4) + "\\\"}";
        final String step = "{\"action\":\"" + url + "\"}";
        for (int i = 0; i < count; i++) {
            submit("\"protocol\":\"" + protocol + "\",\"concurrent\":true,\"steps\":[" + (step + ",").repeat(3) + step
                    + "],\"payloads\":[" + ("\"" + payload + "\",").repeat(3) + "\"" + payload + "\"]");
        }
    }

    /** Transactions with two calls. */
    void submitMany(final String url, final int count) throws IOException {
        for (int i = 0; i < count; i++) {
            submit("\"concurrent\":true,\"steps\":[{\"action\":\"" + url + "\"},{\"action\":\"" + url
                    + "\"}],\"payloads\":[\"\",\"\"]");
        }
    }

    private void submit(final String rest) throws IOException {
        final String gid = "attack-" + ++submitted;
        if (server.post("submit", "{\"gid\":\"" + gid + "\",\"trans_type\":\"saga\"," + rest + "}") == 200) {
            open.add(gid);
        }
    }

    /** Stops every transaction that an attack has left open. */
    void tidy() throws IOException {
        for (final String gid : open) {
            server.post("forceStop", "{\"gid\":\"" + gid + "\"}");
        }
        open.clear();
    }

    /** Ends what was prepared. */
    void clear() throws IOException {
        tidy();
        server.post("forceStop", "{\"gid\":\"" + LARGE_GID + "\"}");
        server.post("forceStop", "{\"gid\":\"" + WORKFLOW_GID + "\"}");
    }
}
