package io.assent.engine.codec;

import io.assent.engine.Utf8;
import io.assent.engine.codec.sbe.AbortCommandDecoder;
import io.assent.engine.codec.sbe.AnnounceCommandDecoder;
import io.assent.engine.codec.sbe.BranchRepliedCommandDecoder;
import io.assent.engine.codec.sbe.ConfigureCommandDecoder;
import io.assent.engine.codec.sbe.FinishWorkflowCommandDecoder;
import io.assent.engine.codec.sbe.GidCommandDecoder;
import io.assent.engine.codec.sbe.ListCommandDecoder;
import io.assent.engine.codec.sbe.MessageHeaderDecoder;
import io.assent.engine.codec.sbe.NumberCommandDecoder;
import io.assent.engine.codec.sbe.RegisterCommandDecoder;
import io.assent.engine.codec.sbe.ResetCronCommandDecoder;
import io.assent.engine.codec.sbe.TopicCommandDecoder;
import io.assent.engine.codec.sbe.TopicQueryCommandDecoder;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/** What can be told of an encoded command without decoding it. */
public final class CommandFrame {

    private CommandFrame() {}

    /** Name for people, such as {@code submit}. */
    public static String name(DirectBuffer buffer, int offset) {
        int block = offset + MessageHeaderDecoder.ENCODED_LENGTH;
        return switch (templateId(buffer, offset)) {
            case ConfigureCommandDecoder.TEMPLATE_ID -> "configure";
            case AnnounceCommandDecoder.TEMPLATE_ID ->
                AnnounceVerb.ofCode(buffer.getByte(block + AnnounceCommandDecoder.verbEncodingOffset()))
                        .text();
            case AbortCommandDecoder.TEMPLATE_ID -> "abort";
            case GidCommandDecoder.TEMPLATE_ID ->
                GidVerb.ofCode(buffer.getByte(block + GidCommandDecoder.verbEncodingOffset()))
                        .text();
            case ListCommandDecoder.TEMPLATE_ID -> "list";
            case RegisterCommandDecoder.TEMPLATE_ID -> "registerBranch";
            case FinishWorkflowCommandDecoder.TEMPLATE_ID -> "finishWorkflow";
            case TopicCommandDecoder.TEMPLATE_ID ->
                TopicVerb.ofCode(buffer.getByte(block + TopicCommandDecoder.verbEncodingOffset()))
                        .text();
            case TopicQueryCommandDecoder.TEMPLATE_ID -> "topics";
            case ResetCronCommandDecoder.TEMPLATE_ID -> "resetCronTime";
            case BranchRepliedCommandDecoder.TEMPLATE_ID -> "branchReplied";
            case NumberCommandDecoder.TEMPLATE_ID ->
                NumberVerb.ofCode(buffer.getByte(block + NumberCommandDecoder.verbEncodingOffset()))
                        .text();
            default -> "command " + templateId(buffer, offset);
        };
    }

    /** The gid it is about, or "" when it names none. */
    public static String gid(DirectBuffer buffer, int offset) {
        return switch (templateId(buffer, offset)) {
            case AnnounceCommandDecoder.TEMPLATE_ID,
                    AbortCommandDecoder.TEMPLATE_ID,
                    GidCommandDecoder.TEMPLATE_ID,
                    RegisterCommandDecoder.TEMPLATE_ID,
                    FinishWorkflowCommandDecoder.TEMPLATE_ID ->
                Utf8.read(buffer, offset + MessageHeaderDecoder.ENCODED_LENGTH + blockLength(buffer, offset));
            default -> "";
        };
    }

    /** The client that waits for an answer, 0 for none. */
    public static long requestId(DirectBuffer buffer, int offset) {
        int block = offset + MessageHeaderDecoder.ENCODED_LENGTH;
        return switch (templateId(buffer, offset)) {
            case AnnounceCommandDecoder.TEMPLATE_ID,
                    AbortCommandDecoder.TEMPLATE_ID,
                    GidCommandDecoder.TEMPLATE_ID,
                    ListCommandDecoder.TEMPLATE_ID,
                    RegisterCommandDecoder.TEMPLATE_ID,
                    FinishWorkflowCommandDecoder.TEMPLATE_ID,
                    TopicCommandDecoder.TEMPLATE_ID,
                    TopicQueryCommandDecoder.TEMPLATE_ID,
                    ResetCronCommandDecoder.TEMPLATE_ID ->
                buffer.getLong(block + AnnounceCommandDecoder.requestIdEncodingOffset(), ByteOrder.LITTLE_ENDIAN);
            default -> 0;
        };
    }

    /** Whether it only reads, or frees a place of a client that waits: it is decided without a record. */
    public static boolean recordsNothing(DirectBuffer buffer, int offset) {
        return switch (templateId(buffer, offset)) {
            case ListCommandDecoder.TEMPLATE_ID, TopicQueryCommandDecoder.TEMPLATE_ID -> true;
            case GidCommandDecoder.TEMPLATE_ID -> {
                int verb = offset + MessageHeaderDecoder.ENCODED_LENGTH + GidCommandDecoder.verbEncodingOffset();
                yield switch (GidVerb.ofCode(buffer.getByte(verb))) {
                    case QUERY, ROUND_EXPIRED, WAITER_GONE -> true;
                    case FORCE_STOP, RESET_NEXT_CRON_TIME, RELEASE_QUARANTINED -> false;
                };
            }
            default -> false;
        };
    }

    static int templateId(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset + MessageHeaderDecoder.templateIdEncodingOffset(), ByteOrder.LITTLE_ENDIAN)
                & 0xFFFF;
    }

    static int blockLength(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset + MessageHeaderDecoder.blockLengthEncodingOffset(), ByteOrder.LITTLE_ENDIAN)
                & 0xFFFF;
    }
}
