package io.assent.loadtest.fuzz.grpc;

import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.assent.grpc.DtmBranchRequest;
import io.assent.grpc.DtmGidReply;
import io.assent.grpc.DtmProgressesReply;
import io.assent.grpc.DtmRequest;
import io.assent.grpc.DtmTopicRequest;

/** The methods of {@code dtmgimp.Dtm} and what they read and reply (PROTOCOL 4). */
enum Method {
    NEW_GID("NewGid", null, DtmGidReply.getDefaultInstance()),
    SUBMIT("Submit", DtmRequest.getDefaultInstance(), Empty.getDefaultInstance()),
    PREPARE("Prepare", DtmRequest.getDefaultInstance(), Empty.getDefaultInstance()),
    ABORT("Abort", DtmRequest.getDefaultInstance(), Empty.getDefaultInstance()),
    REGISTER_BRANCH("RegisterBranch", DtmBranchRequest.getDefaultInstance(), Empty.getDefaultInstance()),
    PREPARE_WORKFLOW("PrepareWorkflow", DtmRequest.getDefaultInstance(), DtmProgressesReply.getDefaultInstance()),
    SUBSCRIBE("Subscribe", DtmTopicRequest.getDefaultInstance(), Empty.getDefaultInstance()),
    UNSUBSCRIBE("Unsubscribe", DtmTopicRequest.getDefaultInstance(), Empty.getDefaultInstance()),
    DELETE_TOPIC("DeleteTopic", DtmTopicRequest.getDefaultInstance(), Empty.getDefaultInstance());

    private static final String SERVICE = "/dtmgimp.Dtm/";

    private final String name;

    /** Null for the one that reads nothing. Messages never change, though nothing on their interface says so. */
    @SuppressWarnings("ImmutableEnumChecker")
    private final MessageLite request;

    @SuppressWarnings("ImmutableEnumChecker")
    private final MessageLite reply;

    Method(final String name, final MessageLite request, final MessageLite reply) {
        this.name = name;
        this.request = request;
        this.reply = reply;
    }

    String path() {
        return SERVICE + name;
    }

    /** Whether its message can be read by the library that the server uses too. */
    boolean reads(final byte[] message) {
        return request == null || parses(request, message);
    }

    /** Whether bytes are its reply. */
    boolean replies(final byte[] message) {
        return parses(reply, message);
    }

    private static boolean parses(final MessageLite type, final byte[] message) {
        try {
            return type.getParserForType().parseFrom(message) != null;
        } catch (final InvalidProtocolBufferException e) {
            return false;
        }
    }
}
