package io.assent.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.engine.BranchCall.Header;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * ADR 4: what is stored as bytes is read by the header that stands in it. Here the bytes are rewritten as a later version would write them:
 * fields behind those of the message and of each entry of a group, and more behind the last field.
 */
class BlobEvolutionTest {
    private static final int HEADER_BYTES = 8;
    private static final int GROUP_HEADER_BYTES = 6;
    private static final byte[] NEW_FIELDS = {11, 22, 33, 44, 55};
    private static final byte[] NEW_ENTRY_FIELDS = {66, 77, 88};
    /** An empty group of two bytes an entry, then a text. */
    private static final byte[] NEW_END = {2, 0, 0, 0, 0, 0, 3, 0, 0, 0, 'n', 'e', 'w'};

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Submission submission() {
        SubmissionBuilder builder = new SubmissionBuilder()
                .gid("g")
                .kind(TransactionKind.SAGA)
                .protocol("http")
                .queryPrepared("http://busi/q")
                .customData("{\"concurrent\":true}")
                .sagaConcurrent(true)
                .waitResult(true)
                .timeoutToFail(1)
                .requestTimeout(2)
                .retryInterval(3)
                .retryLimit(4)
                .retryCount(5)
                .delay(6)
                .order(1, 0)
                .order(2, 1)
                .header("a", "b")
                .header("tenant", "blue")
                .attribute("traceparent", "00-01")
                .step("http://busi/a1", "http://busi/c1", bytes("1"))
                .step("http://busi/a2", "", bytes("{}"))
                .step("", "http://busi/c3", bytes(""));
        assertThat(builder.check()).isNull();
        return builder.build();
    }

    private static Registration registration() {
        return Registration.tcc("01", "http://busi/confirm", "http://busi/cancel", bytes("payload"));
    }

    /** Rewrites a blob: {@code groups} says how many texts each entry of each group has. */
    private static byte[] asOfALaterVersion(byte[] blob, int... groups) {
        ByteBuffer in = ByteBuffer.wrap(blob).order(ByteOrder.LITTLE_ENDIAN);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int blockLength = in.getShort(0);
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.putShort((short) (blockLength + NEW_FIELDS.length));
        header.putShort(in.getShort(2)).putShort(in.getShort(4)).putShort((short) (in.getShort(6) + 1));
        out.writeBytes(header.array());
        out.write(blob, HEADER_BYTES, blockLength);
        out.writeBytes(NEW_FIELDS);
        int offset = HEADER_BYTES + blockLength;
        for (int texts : groups) {
            int entryLength = in.getShort(offset);
            int count = in.getInt(offset + 2);
            ByteBuffer dimensions = ByteBuffer.allocate(GROUP_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            dimensions.putShort((short) (entryLength + NEW_ENTRY_FIELDS.length)).putInt(count);
            out.writeBytes(dimensions.array());
            offset += GROUP_HEADER_BYTES;
            for (int entry = 0; entry < count; entry++) {
                out.write(blob, offset, entryLength);
                out.writeBytes(NEW_ENTRY_FIELDS);
                offset += entryLength;
                for (int text = 0; text < texts; text++) {
                    int length = Integer.BYTES + in.getInt(offset);
                    out.write(blob, offset, length);
                    offset += length;
                }
            }
        }
        out.write(blob, offset, blob.length - offset);
        out.writeBytes(NEW_END);
        return out.toByteArray();
    }

    private static void shouldSayTheSame(Options options) {
        assertThat(options.waitResult()).isTrue();
        assertThat(options.concurrent()).isFalse();
        assertThat(options.sagaConcurrent()).isTrue();
        assertThat(options.timeoutToFailS()).isEqualTo(1);
        assertThat(options.requestTimeoutS()).isEqualTo(2);
        assertThat(options.retryIntervalS()).isEqualTo(3);
        assertThat(options.retryLimit()).isEqualTo(4);
        assertThat(options.retryCount()).isEqualTo(5);
        assertThat(options.delayS()).isEqualTo(6);
        assertThat(options.orders()).containsExactly(1, 0, 2, 1);
        assertThat(options.headers()).containsExactly(new Header("a", "b"), new Header("tenant", "blue"));
        assertThat(options.attributes()).containsExactly(new Header("traceparent", "00-01"));
        assertThat(options.protocol()).isEqualTo("http");
        assertThat(options.queryPrepared()).isEqualTo("http://busi/q");
        assertThat(options.customData()).isEqualTo("{\"concurrent\":true}");
    }

    private static void shouldSayTheSame(Submission read) {
        assertThat(read.stepCount()).isEqualTo(3);
        assertThat(List.of(read.action(0), read.action(1), read.action(2)))
                .containsExactly("http://busi/a1", "http://busi/a2", "");
        assertThat(List.of(read.compensate(0), read.compensate(1), read.compensate(2)))
                .containsExactly("http://busi/c1", "", "http://busi/c3");
        assertThat(new String(
                        read.payloadArray(), read.payloadOffset(1), read.payloadLength(1), StandardCharsets.UTF_8))
                .isEqualTo("{}");
        assertThat(read.payloadLength(2)).isZero();
    }

    private static void shouldSayTheSame(Registration read) {
        assertThat(read.kind()).isEqualTo(TransactionKind.TCC);
        assertThat(read.branchId()).isEqualTo("01");
        assertThat(read.operations())
                .containsExactly(
                        new Registration.Operation("cancel", "http://busi/cancel", BranchStatus.PREPARED),
                        new Registration.Operation("confirm", "http://busi/confirm", BranchStatus.PREPARED));
        assertThat(new String(read.bytes(), read.payloadOffset(), read.payloadLength(), StandardCharsets.UTF_8))
                .isEqualTo("payload");
    }

    @Test
    void shouldReadOptionsOfALaterVersion() {
        shouldSayTheSame(submission().options());
        shouldSayTheSame(new Options(asOfALaterVersion(submission().options().bytes(), 0, 2, 2)));
    }

    @Test
    void shouldReadStepsOfALaterVersionAndTakeThemForTheSameContent() {
        Submission now = submission();
        shouldSayTheSame(now);
        Submission later =
                new Submission("g", TransactionKind.SAGA, now.options(), asOfALaterVersion(now.stepsBytes(), 3));
        shouldSayTheSame(later);
        assertThat(GivenContent.differenceOfPrepare(later, now)).isNull();
    }

    @Test
    void shouldReadARegistrationOfALaterVersionAndTakeItForTheSame() {
        shouldSayTheSame(registration());
        Registration later = new Registration(asOfALaterVersion(registration().bytes(), 2));
        shouldSayTheSame(later);
        assertThat(later).isEqualTo(registration()).hasSameHashCodeAs(registration());
        assertThat(later).isNotEqualTo(Registration.tcc("01", "http://busi/confirm", "http://busi/cancel", bytes("x")));
    }

    /** The first version, as it was written: whatever is added, these bytes say this for ever. */
    @Test
    void shouldReadTheFirstVersion() {
        shouldSayTheSame(new Options(HexFormat.of().parseHex(FIRST_OPTIONS)));
        shouldSayTheSame(new Submission(
                "g",
                TransactionKind.SAGA,
                submission().options(),
                HexFormat.of().parseHex(FIRST_STEPS)));
        shouldSayTheSame(new Registration(HexFormat.of().parseHex(FIRST_REGISTRATION)));
    }

    private static final String FIRST_OPTIONS =
            "1b00010001000000010001010000000200000003000000040000000500000006000000080002000000010000000000000002"
                    + "00000001000000000002000000010000006101000000620600000074656e616e7404000000626c75650000010000000b0000"
                    + "007472616365706172656e740500000030302d303104000000687474700d000000687474703a2f2f627573692f7113000000"
                    + "7b22636f6e63757272656e74223a747275657d";

    private static final String FIRST_STEPS =
            "00000200010000000000030000000e000000687474703a2f2f627573692f61310e000000687474703a2f2f627573692f6331"
                    + "01000000310e000000687474703a2f2f627573692f613200000000020000007b7d000000000e000000687474703a2f2f6275"
                    + "73692f633300000000";

    private static final String FIRST_REGISTRATION =
            "010003000100000003010002000000010600000063616e63656c12000000687474703a2f2f627573692f63616e63656c0107"
                    + "000000636f6e6669726d13000000687474703a2f2f627573692f636f6e6669726d020000003031070000007061796c6f6164";
}
