package io.assent.loadtest.generator;

import io.assent.loadtest.net.HttpMessages;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/** The submit request of a two-branch saga as bytes, in which only the gid changes from one saga to the next. */
final class SubmitTemplate {

    private static final int NUMBER_DIGITS = 12;

    private final byte[] request;
    private final int numberEnd;
    private long number;

    SubmitTemplate(final LoadPlan plan, final String gidPrefix) {
        final String gid = gidPrefix + "0".repeat(NUMBER_DIGITS);
        final String at = plan.participantUrl();
        final String body = "{\"gid\":\"" + gid + "\",\"trans_type\":\"saga\",\"steps\":[{\"action\":\"" + at
                + "/TransOut\",\"compensate\":\"" + at + "/TransOutCompensate\"},{\"action\":\"" + at
                + "/TransIn\",\"compensate\":\"" + at
                + "/TransInCompensate\"}],\"payloads\":[\"{\\\"amount\\\":30}\",\"{\\\"amount\\\":30}\"]"
                + (plan.waiting() ? ",\"wait_result\":true}" : "}");
        request = HttpMessages.post(plan.host() + ":" + plan.port(), plan.path(), body);
        numberEnd = new String(request, StandardCharsets.ISO_8859_1).indexOf(gid) + gid.length();
    }

    /** Makes the request of the next saga; every gid of a run differs. */
    ByteBuf next(final ByteBufAllocator allocator) {
        long rest = ++number;
        for (int i = numberEnd - 1; rest > 0; i--, rest /= 10) {
            request[i] = (byte) ('0' + rest % 10);
        }
        return allocator.directBuffer(request.length).writeBytes(request);
    }
}
