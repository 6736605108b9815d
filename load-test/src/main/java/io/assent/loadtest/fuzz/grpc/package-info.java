/**
 * The gRPC inputs of the fuzz run.
 *
 * <pre>
 *   number -> InputGenerator (by InputKind) -> GrpcInput: Calls over HTTP/2 that is right, or Raw bytes over HTTP/2 that is not
 *               DocumentedCalls  near-valid messages of every method    WireMutator  and what can be wrong with their bytes
 *               OddHeads  OddMessages  OddFrames                        what can be wrong around the message
 *               MessageGuard  refuses the message that could make the server call another host
 *   GrpcInput -> GrpcSender -> Http2Connection (Frames out, Frames in) -> Reply -> ReplyRules
 * </pre>
 *
 * <p>Start with {@link io.assent.loadtest.fuzz.grpc.GrpcSource}. The sender writes its own frames, because a gRPC library would correct what is wrong; only
 * header blocks are decoded by Netty. What must become of a call is said by whoever makes it, never guessed from the answer.
 * May depend on the fuzz package, on net, on Jackson, Netty and the messages of {@code io.assent.grpc}.
 */
package io.assent.loadtest.fuzz.grpc;
