package io.assent.scenario;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a client registers (PROTOCOL 2.2 registerBranch), in no protocol's words.
 *
 * @param values TCC: confirm, cancel; XA: url; workflow: op, status
 * @param payload as text, for HTTP carries no other
 */
record BranchRequest(String gid, String transType, String branchId, Map<String, String> values, String payload) {

    static BranchRequest tcc(String gid, String branchId, String confirm, String cancel, String payload) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("confirm", confirm);
        values.put("cancel", cancel);
        return new BranchRequest(gid, "tcc", branchId, values, payload);
    }

    static BranchRequest xa(String gid, String branchId, String url) {
        return new BranchRequest(gid, "xa", branchId, Map.of("url", url), "");
    }

    static BranchRequest progress(String gid, String branchId, String op, String status, String result) {
        return new BranchRequest(gid, "workflow", branchId, Map.of("op", op, "status", status), result);
    }
}
