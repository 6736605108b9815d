package io.assent.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.assent.system.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** All that a scenario gets: a whole server on the manual clock, a client and a participant, the latter two by one protocol. */
final class World implements AutoCloseable {
    private static final long GENEROUS_S = 30;

    private final Protocol protocol;
    private final Path data;
    private final Business busi = new Business();
    private final Map<Protocol, Participant> participants = new EnumMap<>(Protocol.class);
    private final Map<Protocol, Client> clients = new EnumMap<>(Protocol.class);
    private TestServer server;

    World(Protocol protocol) {
        this.protocol = protocol;
        try {
            data = Files.createTempDirectory("assent-scenario");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start();
    }

    private void start() {
        // A stop waits for no participant, so that calls are in doubt behind it.
        server = new TestServer(data, "ShutdownTimeout", "0");
    }

    /** Shown where the scenario is named. */
    @Override
    public String toString() {
        return protocol.name();
    }

    Protocol protocol() {
        return protocol;
    }

    /** As it is said in requests and shown in records. */
    String protocolName() {
        return protocol.name().toLowerCase(Locale.ROOT);
    }

    Client client() {
        return client(protocol);
    }

    /** Any thread. */
    synchronized Client client(Protocol by) {
        return clients.computeIfAbsent(by, each -> each.client(server));
    }

    Business busi() {
        return busi;
    }

    /** For what there is over HTTP only. */
    TestServer server() {
        return server;
    }

    /** Stops the server in the middle of whatever it does, and starts another on its data. */
    void restart() {
        stop();
        start();
    }

    private void stop() {
        clients.values().forEach(Client::close);
        clients.clear();
        server.close();
    }

    // ---------------------------------------------------------------- participants

    /** The business as participant of one protocol. Any thread. */
    synchronized Participant participant(Protocol by) {
        return participants.computeIfAbsent(by, each -> each.participant(busi));
    }

    String url(String name) {
        return participant(protocol).url(name);
    }

    String callBackUrl() {
        return participant(protocol).callBackUrl();
    }

    /** How the coordinator tells the answer {@code error TEXT}. */
    String unknownText(String text) {
        return participant(protocol).unknownText(text);
    }

    // ---------------------------------------------------------------- what clients often say

    /** Actions a1, a2, ... and compensations c1, c2, ...; the payloads name the step. */
    Global saga(String gid, int steps) {
        Global saga = Global.saga(gid);
        for (int i = 1; i <= steps; i++) {
            saga.step(url("a" + i), url("c" + i), "{\"step\":" + i + "}");
        }
        return saga;
    }

    /** Actions a1, a2, ... and the check-back q. */
    Global msg(String gid, int steps) {
        Global msg = Global.msg(gid).queryPrepared(url("q"));
        for (int i = 1; i <= steps; i++) {
            msg.step(url("a" + i), null, "{\"step\":" + i + "}");
        }
        return msg;
    }

    /** Operations confirmID and cancelID. */
    BranchRequest tccBranch(String gid, String id) {
        return BranchRequest.tcc(gid, id, url("confirm" + id), url("cancel" + id), "{\"n\":\"" + id + "\"}");
    }

    /** Both operations under xaID. */
    BranchRequest xaBranch(String gid, String id) {
        return BranchRequest.xa(gid, id, url("xa" + id));
    }

    /** A prepared TCC with these branches. */
    void prepareTcc(Global tcc, String... ids) {
        client().prepare(tcc).shouldBeSuccess();
        for (String id : ids) {
            client().registerBranch(tccBranch(tcc.gid, id)).shouldBeSuccess();
        }
    }

    /** A prepared XA transaction with these branches. */
    void prepareXa(Global xa, String... ids) {
        client().prepare(xa).shouldBeSuccess();
        for (String id : ids) {
            client().registerBranch(xaBranch(xa.gid, id)).shouldBeSuccess();
        }
    }

    /** Says it on another thread; {@link #answer} gives what came of it. */
    <T> CompletableFuture<T> meanwhile(Supplier<T> saying) {
        return CompletableFuture.supplyAsync(saying, task -> new Thread(task, "meanwhile").start());
    }

    static <T> T answer(CompletableFuture<T> said) {
        try {
            return said.get(GENEROUS_S, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("no answer", e);
        }
    }

    // ---------------------------------------------------------------- time

    /** Lets everything that is due now come to rest; answers with the time of the manual clock. */
    long settle() {
        return pass(0);
    }

    long pass(long ms) {
        return server.advance("ms=" + ms).path("now").asLong();
    }

    /** Moves to the next deadline. */
    long passToNext() {
        return server.advance("until=next").path("now").asLong();
    }

    // ---------------------------------------------------------------- looks, and acts of administrators

    private static String encoded(String gid) {
        return URLEncoder.encode(gid, StandardCharsets.UTF_8);
    }

    JsonNode transaction(String gid) {
        return server.query(encoded(gid)).path("transaction");
    }

    JsonNode branches(String gid) {
        return server.query(encoded(gid)).path("branches");
    }

    JsonNode pending(String gid) {
        return transaction(gid).path("pending");
    }

    String status(String gid) {
        return server.status(encoded(gid));
    }

    String rollbackReason(String gid) {
        return transaction(gid).path("rollback_reason").asText();
    }

    /** Statuses of the rows, in their order, with a blank between. */
    String rows(String gid) {
        return server.rows(encoded(gid));
    }

    Reply forceStop(String gid) {
        return DtmOverHttp.reply(server.post("/api/dtmsvr/forceStop", "{\"gid\":\"" + gid + "\"}"));
    }

    Reply resetNextCronTime(String gid) {
        return DtmOverHttp.reply(server.post("/api/dtmsvr/resetNextCronTime", "{\"gid\":\"" + gid + "\"}"));
    }

    @Override
    public void close() throws IOException {
        stop();
        participants.values().forEach(Participant::close);
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
