package io.assent.engine;

/** Refusals that more than one command knows, in DTM's words (PROTOCOL 2.2). */
final class Rejections {

    private Rejections() {}

    static Rejection registeredOtherwise(Registration registration, Registration.Operation operation) {
        return Rejection.error(
                "branch.conflict",
                "storage: UniqueKeyConflict: branch_id " + registration.branchId() + " op " + operation.name()
                        + " is registered with other content");
    }

    static Rejection unknownGid(String gid) {
        return Rejection.error("gid.unknown", "no TransGlobal with gid: " + gid + " found");
    }

    static Rejection mismatch(Transaction stored, TransactionKind asked, String verb) {
        return Rejection.failure(
                "trans_type.mismatch",
                "trans type: '" + stored.kind().wireName() + "' of the stored transaction differs from '"
                        + asked.wireName() + "' of the request, cannot " + verb + ". FAILURE");
    }

    /** @param difference the field in which they differ */
    static Rejection otherContent(Transaction stored, String difference, String verb) {
        return Rejection.failure(
                "gid.content",
                "gid " + stored.gid() + " belongs to a " + stored.kind().wireName() + " with other " + difference
                        + " (current status '" + stored.status.wireName() + "'), cannot " + verb + ". FAILURE");
    }

    static Rejection statusForbids(String verb, TransactionStatus status) {
        return Rejection.failure(
                "status.forbids", "current status '" + status.wireName() + "', cannot " + verb + ". FAILURE");
    }
}
