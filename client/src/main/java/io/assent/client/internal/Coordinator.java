package io.assent.client.internal;

import io.assent.client.BranchContext;
import java.util.Map;

/**
 * The way from the builders to a coordinator, one for each protocol. Safe for many threads. The calls throw
 * {@link io.assent.client.AssentException} and its subclasses; the checks throw {@link IllegalArgumentException} and send nothing.
 *
 * @param <P> the form of a payload: text over HTTP, bytes over gRPC.
 */
public interface Coordinator<P> {

    /** Refuses a gid that cannot go this way, beyond what holds for every gid. */
    void checkGid(String gid);

    /** Refuses a URL that no branch can be called by; {@code name} says which one it is. */
    void checkUrl(String url, String name);

    /** Refuses a header that cannot go with a branch call. */
    void checkBranchHeader(String name, String value);

    /** Announces a message. */
    void prepare(TransactionRequest<P> request);

    /** Decides a transaction to go forward; makes it when it is new. */
    void submit(TransactionRequest<P> request);

    /** Decides a transaction to be undone. */
    void abort(TransactionRequest<P> request);

    /** Asks the sender of a message about its local transaction, as the coordinator would (PROTOCOL 5.6). */
    CheckBack checkBack(String queryPrepared, BranchContext barrier, Map<String, String> branchHeaders);
}
