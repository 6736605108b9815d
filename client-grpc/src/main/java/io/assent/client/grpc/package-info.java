/**
 * The Java client over gRPC: sagas and two-phase messages for coordinators and participants that speak gRPC.
 *
 * <p>Start with {@link io.assent.client.grpc.AssentGrpcClient}; it makes everything else. With the coordinator at {@code host:36790} and
 * a participant at {@code host:8081}:
 *
 * <pre>{@code
 * try (AssentGrpcClient assent = AssentGrpcClient.connect(coordinator)) {
 *     assent.saga(assent.newGid())
 *             .step(bankA + "/bank.Bank/TransOut", bankA + "/bank.Bank/TransOutCompensate", Int64Value.of(30))
 *             .step(bankB + "/bank.Bank/TransIn", bankB + "/bank.Bank/TransInCompensate", Int64Value.of(30))
 *             .submit();
 *
 *     assent.msg(assent.newGid())
 *             .step(bankB + "/bank.Bank/TransIn", Int64Value.of(30))
 *             .doAndSubmit(bankA + "/bank.Bank/QueryPrepared", barrier -> moveMoneyInOurDatabase(barrier));
 * }
 * }</pre>
 *
 * <p>A participant is an ordinary service behind {@link io.assent.client.grpc.BranchCallInfo#interceptor()}. One of its methods:
 *
 * <pre>{@code
 * @Override
 * public void transOut(Int64Value amount, StreamObserver<Empty> answer) {
 *     BranchContext barrier = BranchCallInfo.current().context();
 *     if (!withdrawOnce(barrier, amount.getValue())) {
 *         answer.onError(BranchAnswer.failure("no money"));
 *         return;
 *     }
 *     answer.onNext(Empty.getDefaultInstance());
 *     answer.onCompleted();
 * }
 * }</pre>
 *
 * <p>What to know:
 *
 * <ul>
 *   <li><b>Builders and exceptions</b> are those of {@link io.assent.client}: the same options, the same {@code doAndSubmit}, and every call
 *       with a gid may be repeated. ABORTED is {@link io.assent.client.TransactionFailed} when the transaction has failed, {@link
 *       io.assent.client.StillOngoing} while it goes on and {@link io.assent.client.GidInUse} when the gid is another's; Assent sends the status
 *       along, a coordinator of DTM is asked over HTTP if the builder was given {@code queries}. FAILED_PRECONDITION is {@link
 *       io.assent.client.StillOngoing} too, {@link io.assent.client.CoordinatorUnavailable} is RESOURCE_EXHAUSTED or UNAVAILABLE as the coordinator's own
 *       answer, or no connection; {@link io.assent.client.AssentException} itself is everything else, a connection that broke under the
 *       call included. {@code Status.fromThrowable} tells the status of each. (DTM's own server hands a waiting client the status of a branch
 *       of a message as if it were its own: with {@code waitResult()} UNAVAILABLE may be one of these.)
 *   <li><b>URLs</b> are {@code host:port/package.Service/Method}; {@code http://} and {@code https://} may be mixed with them, in steps and
 *       as a check-back. Payloads are protobuf messages, or any bytes.
 *   <li><b>Transport.</b> No code here names one. grpc-netty comes along at run time only, so that the client works by itself, and can be
 *       excluded where grpc-netty-shaded or grpc-okhttp is there already. TLS, interceptors and the like are the channel's, given to {@code
 *       AssentGrpcClient.of}.
 *   <li><b>Threads</b>: {@code AssentGrpcClient} is safe for many threads and shares its connection; a builder belongs to one thread and one
 *       transaction.
 * </ul>
 *
 * <p>May depend on {@link io.assent.client}, the generated {@code io.assent.grpc}, grpc-java without a transport, and protobuf.
 */
package io.assent.client.grpc;
