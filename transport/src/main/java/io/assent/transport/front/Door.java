package io.assent.transport.front;

import io.assent.engine.BranchCall.Header;
import io.assent.engine.BranchUrls;
import io.assent.engine.Registration;
import io.assent.engine.TransactionKind;
import io.assent.transport.MaskedUrl;
import io.assent.transport.out.CallCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Refuses what could never be called, naming the step and the reason (PROTOCOL 13.49). One per event loop. */
final class Door {
    private static final String TOPIC = "topic://";

    private final CallCheck calls = new CallCheck();

    /** Checks everything that the transaction may call one day. */
    void check(TransactionKind kind, TransactionRequest request) throws RequestError {
        boolean saga = kind.equals(TransactionKind.SAGA);
        boolean msg = kind.equals(TransactionKind.MSG);
        boolean workflow = kind.equals(TransactionKind.WORKFLOW);
        Routes routes = new Routes(request.protocol());
        if (saga || msg) {
            for (int i = 0; i < request.stepCount(); i++) {
                TransactionRequest.Step step = request.step(i);
                if (!msg || !step.action.startsWith(TOPIC)) {
                    routes.add("steps", i, ".action", step.action);
                }
                if (saga) {
                    routes.add("steps", i, ".compensate", step.compensate);
                }
            }
        }
        if (msg || workflow) {
            routes.add("query_prepared", -1, "", request.queryPrepared());
        }
        routes.checkHeaders(request.headers());
        if (routes.grpc) {
            checkText("gid", request.gid());
            if (workflow) {
                checkText("custom_data.name", request.workflowName());
            }
        }
    }

    /** How the URLs of one request are called. */
    private final class Routes {
        private final String protocol;
        private boolean http;
        private boolean grpc;

        Routes(String protocol) {
            this.protocol = protocol;
        }

        void add(String field, int index, String member, String url) throws RequestError {
            if (url.isEmpty()) {
                return;
            }
            String refusal = url.startsWith(TOPIC)
                    ? "topic:// stands for subscribers in the action of a msg alone"
                    : calls.refusal(protocol, url);
            if (refusal != null) {
                String name = index < 0 ? field : field + "[" + index + "]" + member;
                throw new RequestError(field + ".url", unusable(name, url, refusal));
            }
            boolean byGrpc = BranchUrls.isGrpc(protocol, url);
            grpc |= byGrpc;
            http |= !byGrpc;
        }

        /** Where no URL says how calls go, the protocol does. */
        void checkHeaders(Map<String, String> given) throws RequestError {
            if (given.isEmpty()) {
                return;
            }
            List<Header> headers = new ArrayList<>(given.size());
            given.forEach((name, value) -> headers.add(new Header(name, value)));
            boolean unknown = !http && !grpc;
            boolean overHttp = http || unknown && BranchUrls.isHttp(protocol);
            boolean overGrpc = grpc || unknown && !BranchUrls.isHttp(protocol);
            String refusal = overHttp ? CallCheck.httpHeadersRefusal(headers) : null;
            if (refusal == null && overGrpc) {
                refusal = CallCheck.grpcHeadersRefusal(headers);
            }
            if (refusal != null) {
                throw new RequestError("branch_headers.unsendable", JsonValues.shown(refusal));
            }
        }
    }

    /** Checks a branch. Whether its URLs fit the protocol of its transaction is for the engine to say. */
    void check(String gid, Registration registration) throws RequestError {
        for (Registration.Operation operation : registration.operations()) {
            String url = operation.url();
            if (url.isEmpty()) {
                continue;
            }
            String refusal = calls.refusal(url);
            if (refusal != null) {
                String name = registration.kind().equals(TransactionKind.XA) ? "url" : operation.name();
                String branch = "branch " + JsonValues.shown(registration.branchId()) + ": ";
                throw new RequestError("registration.url", branch + unusable(name, url, refusal));
            }
            if (!BranchUrls.namesHttp(url)) {
                checkText("gid", gid);
                checkText("branch_id", registration.branchId());
            }
        }
    }

    /** Checks who wants to hear of a topic; an empty URL has a sentence of its own. */
    void checkSubscriber(String url) throws RequestError {
        String refusal = url.isEmpty() ? null : calls.refusal(url);
        if (refusal != null) {
            throw new RequestError("url.unusable", unusable("url", url, refusal));
        }
    }

    private static void checkText(String name, String text) throws RequestError {
        String refusal = CallCheck.grpcTextRefusal(name, text);
        if (refusal != null) {
            throw new RequestError("grpc.unsendable", refusal);
        }
    }

    private static String unusable(String name, String url, String refusal) {
        return name + " '" + JsonValues.shown(MaskedUrl.of(url)) + "' can not be called: " + refusal;
    }
}
