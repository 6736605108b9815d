package io.assent.client.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Empty;
import io.assent.client.BranchContext;
import io.assent.grpc.DtmGidReply;
import io.assent.grpc.DtmGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

/** The participant's side: who is called, and what to answer. */
class BranchCallTest {

    private static Metadata metadata(final String... namesAndValues) {
        final Metadata metadata = new Metadata();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            metadata.put(Metadata.Key.of(namesAndValues[i], Metadata.ASCII_STRING_MARSHALLER), namesAndValues[i + 1]);
        }
        return metadata;
    }

    private static Metadata whole() {
        return metadata(
                "dtm-gid", "g", "dtm-trans_type", "saga", "dtm-branch_id", "01", "dtm-op", "action", "dtm-dtm", "");
    }

    @Test
    void shouldReadTheMetadataOfABranchCall() {
        final BranchCallInfo branch = BranchCallInfo.from(whole()).orElseThrow();
        assertThat(branch).isEqualTo(new BranchCallInfo("saga", "g", "01", "action"));
        assertThat(branch.context()).isEqualTo(new BranchContext("saga", "g", "01", "action"));
    }

    @Test
    void shouldFindNoBranchWhenTheMetadataHasNoGid() {
        assertThat(BranchCallInfo.from(new Metadata())).isEmpty();
        assertThat(BranchCallInfo.from(metadata("dtm-gid", "", "dtm-op", "action")))
                .isEmpty();
    }

    @Test
    void shouldNameWhatIsMissingWhenTheMetadataIsIncomplete() {
        for (final String name : new String[] {"dtm-trans_type", "dtm-branch_id", "dtm-op"}) {
            final Metadata without = whole();
            without.discardAll(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
            assertThatThrownBy(() -> BranchCallInfo.from(without))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(name + " must be in the metadata of a branch call, but is missing or empty");
        }
    }

    @Test
    void shouldTellTheCurrentBranchBehindTheInterceptor() throws IOException {
        final Server server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .intercept(BranchCallInfo.interceptor())
                .addService(new DtmGrpc.DtmImplBase() {
                    @Override
                    public void newGid(final Empty request, final StreamObserver<DtmGidReply> answer) {
                        answer.onNext(DtmGidReply.newBuilder()
                                .setGid(BranchCallInfo.current().toString())
                                .build());
                        answer.onCompleted();
                    }
                })
                .build()
                .start();
        final ManagedChannel channel = AssentGrpcClient.plaintext("127.0.0.1:" + server.getPort());
        try {
            assertThat(ask(channel, whole())).isEqualTo(new BranchCallInfo("saga", "g", "01", "action").toString());
            final Status incomplete = catchThrowableOfType(
                            StatusRuntimeException.class, () -> ask(channel, metadata("dtm-gid", "g")))
                    .getStatus();
            assertThat(incomplete.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(incomplete.getDescription()).startsWith("dtm-trans_type must be in the metadata");
            assertThatThrownBy(() -> ask(channel, new Metadata()))
                    .hasMessage("UNKNOWN: Application error processing RPC");
        } finally {
            channel.shutdownNow();
            server.shutdownNow();
        }
        assertThatThrownBy(BranchCallInfo::current)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("BranchCallInfo.interceptor()");
    }

    private static String ask(final ManagedChannel channel, final Metadata metadata) {
        return DtmGrpc.newBlockingStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
                .newGid(Empty.getDefaultInstance())
                .getGid();
    }

    @Test
    void shouldAnswerWithTheStatusesOfTheProtocol() {
        final Status failure = BranchAnswer.failure("no money").getStatus();
        assertThat(failure.getCode()).isEqualTo(Status.Code.ABORTED);
        assertThat(failure.getDescription()).isEqualTo("no money");
        assertThat(Outcome.of(failure)).isEqualTo(Outcome.FAILURE);
        assertThat(Outcome.of(BranchAnswer.failure("ONGOING").getStatus())).isEqualTo(Outcome.FAILURE);
        final Status ongoing = BranchAnswer.ongoing("asked the bank").getStatus();
        assertThat(ongoing.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(ongoing.getDescription()).isEqualTo("asked the bank");
        assertThat(Outcome.of(ongoing)).isEqualTo(Outcome.ONGOING);
    }
}
