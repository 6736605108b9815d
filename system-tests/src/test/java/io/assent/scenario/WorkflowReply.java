package io.assent.scenario;

import java.util.List;

/**
 * How far a workflow has come.
 *
 * @param answer success, or why there is nothing to tell; then the rest is empty
 * @param result as its client chose to write it
 */
record WorkflowReply(
        Reply answer, String gid, String status, String rollbackReason, String result, List<Progress> progresses) {

    /** One step that was recorded. */
    record Progress(String branchId, String op, String status, String data) {}

    static WorkflowReply refused(Reply answer) {
        return new WorkflowReply(answer, "", "", "", "", List.of());
    }
}
