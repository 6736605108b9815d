package io.assent.client.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.assent.client.AssentException;
import io.assent.client.BranchContext;
import io.assent.client.LocalTransaction;
import io.assent.client.TransactionFailed;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** PROTOCOL 12.3, row by row. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class MsgDoAndSubmitTest {

    private final DtmStub coordinator = new DtmStub();
    private final AssentGrpcClient client = coordinator.client();
    private final AtomicInteger runs = new AtomicInteger();

    @AfterEach
    void close() {
        client.close();
        coordinator.close();
    }

    private void run(final String queryPrepared, final LocalTransaction local) throws Exception {
        client.msg("g")
                .step("b:1/bank.Bank/In")
                .branchHeader("X-A", "b")
                .branchHeader("X-Bytes-Bin", "\u00e9")
                .branchHeader("User-Agent", "not this one")
                .branchHeader("grpc-timeout", "nor this one")
                .doAndSubmit(queryPrepared, barrier -> {
                    runs.incrementAndGet();
                    local.run(barrier);
                });
    }

    private void bug(final String queryPrepared) {
        final IllegalStateException bug = new IllegalStateException("bug");
        assertThatThrownBy(() -> run(queryPrepared, barrier -> {
                    throw bug;
                }))
                .isSameAs(bug);
    }

    @Test
    void shouldSubmitWhenTheLocalTransactionCommits() throws Exception {
        try (GrpcParticipant participant = new GrpcParticipant()) {
            run(participant.url(), barrier -> assertThat(barrier).isEqualTo(new BranchContext("msg", "g", "00", "msg")));
            assertThat(coordinator.methods()).containsExactly("prepare", "submit");
            assertThat(coordinator.requests().get(0).message())
                    .contains("QueryPrepared: \"" + participant.url() + "\"");
            assertThat(participant.calls).isEmpty();
        }
    }

    @Test
    void shouldAbortAndThrowOnWhenTheLocalTransactionSaysNo() {
        final TransactionFailed no = new TransactionFailed("no money");
        assertThatThrownBy(() -> run("a:1/bank.Bank/QueryPrepared", barrier -> {
                    throw no;
                }))
                .isSameAs(no);
        assertThat(coordinator.methods()).containsExactly("prepare", "abort");
        assertThat(coordinator.requests().get(1).message()).contains("RollbackReason: \"no money\"");
    }

    @Test
    void shouldSubmitAndThrowOnWhenTheCheckBackSaysCommitted() {
        try (GrpcParticipant participant = new GrpcParticipant(Status.OK)) {
            assertThatThrownBy(() -> run(participant.url(), barrier -> {
                        throw new IOException("connection lost at commit");
                    }))
                    .isInstanceOf(IOException.class);
            assertThat(coordinator.methods()).containsExactly("prepare", "submit");
            assertThat(participant.calls).singleElement().satisfies(call -> {
                assertThat(call.message()).isEmpty();
                assertThat(BranchCallInfo.from(call.metadata())).contains(new BranchCallInfo("msg", "g", "00", "msg"));
                assertThat(call.text("dtm-dtm")).isEqualTo(coordinator.target());
                assertThat(call.text("x-a")).isEqualTo("b");
                assertThat(call.metadata().get(Metadata.Key.of("x-bytes-bin", Metadata.BINARY_BYTE_MARSHALLER)))
                        .containsExactly(0xC3, 0xA9);
                assertThat(call.text("user-agent")).startsWith("grpc-java");
            });
        }
    }

    @Test
    void shouldAbortAndThrowOnWhenTheCheckBackSaysRolledBack() {
        try (GrpcParticipant participant = new GrpcParticipant(Status.ABORTED.withDescription("never was"))) {
            bug(participant.url());
            assertThat(coordinator.methods()).containsExactly("prepare", "abort");
            assertThat(coordinator.requests().get(1).message()).contains("RollbackReason: \"bug\"");
        }
    }

    @Test
    void shouldLeaveTheMessagePreparedWhenTheCheckBackSaysNothingDefinite() {
        final Status[] answers = {
            Status.UNKNOWN,
            Status.FAILED_PRECONDITION,
            Status.ABORTED.withDescription("ONGOING"),
            Status.UNAVAILABLE,
            Status.INTERNAL.withDescription("FAILURE")
        };
        try (GrpcParticipant participant = new GrpcParticipant(answers)) {
            for (int i = 0; i < answers.length; i++) {
                bug(participant.url());
            }
            assertThat(participant.calls).hasSize(answers.length);
        }
        bug("127.0.0.1:1/bank.Bank/QueryPrepared");
        bug("discovery:///bank/bank.Bank/QueryPrepared");
        bug("");
        assertThat(coordinator.methods()).hasSize(answers.length + 3).containsOnly("prepare");
    }

    @Test
    void shouldAskOverHttpWhenTheCheckBackIsAUrlOfHttp() throws IOException {
        final List<String> asked = new CopyOnWriteArrayList<>();
        final HttpServer participant = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        participant.createContext("/", exchange -> {
            asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            exchange.sendResponseHeaders(409, -1);
            exchange.close();
        });
        participant.start();
        try {
            bug("http://127.0.0.1:" + participant.getAddress().getPort() + "/check");
        } finally {
            participant.stop(0);
        }
        assertThat(asked)
                .containsExactly("GET /check?branch_id=00&dtm="
                        + coordinator.target().replace(":", "%3A") + "&gid=g&op=msg&trans_type=msg");
        assertThat(coordinator.methods()).containsExactly("prepare", "abort");
    }

    @Test
    void shouldAskOverTheGivenChannelAndShutItDown() {
        final List<ManagedChannel> made = new CopyOnWriteArrayList<>();
        try (GrpcParticipant participant = new GrpcParticipant(Status.OK);
                AssentGrpcClient routed = AssentGrpcClient.builder(coordinator.target())
                        .participantChannels(target -> {
                            assertThat(target).isEqualTo("bank:443");
                            made.add(
                                    AssentGrpcClient.plaintext(participant.url().split("/")[0]));
                            return made.get(0);
                        })
                        .build()) {
            assertThatThrownBy(() -> routed.msg("g").doAndSubmit("bank:443/bank.Bank/QueryPrepared", barrier -> {
                        throw new IOException("connection lost at commit");
                    }))
                    .isInstanceOf(IOException.class);
            assertThat(participant.calls).hasSize(1);
            assertThat(made).singleElement().matches(ManagedChannel::isShutdown);
            assertThat(coordinator.methods()).containsExactly("prepare", "submit");
        }
    }

    @Test
    void shouldKeepTheErrorOfTheLocalTransactionWhenTheChannelCannotBeMade() {
        final IllegalStateException bug = new IllegalStateException("bug");
        try (AssentGrpcClient lost = AssentGrpcClient.builder(coordinator.target())
                .participantChannels(target -> {
                    throw new UnsupportedOperationException("no such bank");
                })
                .build()) {
            assertThatThrownBy(() -> lost.msg("g").doAndSubmit("bank:443/bank.Bank/QueryPrepared", barrier -> {
                        throw bug;
                    }))
                    .isSameAs(bug)
                    .hasSuppressedException(new UnsupportedOperationException("no such bank"));
        }
        assertThat(coordinator.methods()).containsExactly("prepare");
    }

    @Test
    void shouldNotRunTheLocalTransactionWhenThePrepareFails() {
        coordinator.answering(Status.ABORTED.withDescription("current status 'failed', cannot prepare. FAILURE"));
        assertThatThrownBy(() -> run("", barrier -> {})).isInstanceOf(TransactionFailed.class);
        assertThat(runs).hasValue(0);
    }

    @Test
    void shouldKeepTheErrorOfTheLocalTransactionFirstWhenTheAbortFailsToo() {
        final TransactionFailed no = new TransactionFailed("no");
        assertThatThrownBy(() -> run("", barrier -> {
                    coordinator.answering(Status.INTERNAL.withDescription("disk"));
                    throw no;
                }))
                .isSameAs(no)
                .satisfies(e -> assertThat(e.getSuppressed()).singleElement().isInstanceOf(AssentException.class));
    }
}
