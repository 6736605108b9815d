/**
 * The inbound gRPC front (PROTOCOL 4): {@link io.assent.transport.grpc.GrpcFront} listens, on the event loops that serve HTTP too, and a {@link
 * io.assent.transport.grpc.DtmService} per loop turns messages into the commands that HTTP requests become.
 *
 * <pre>
 *   message -> GrpcExchange (collects) -> DtmService (method, fields) -> TransactionCommands
 *   effects -> FrontLoop (by request id) -> GrpcExchange (status, reply) -> message
 * </pre>
 *
 * The library reads and writes on the loop of the connection and hands everything over there, so nothing in here is shared between threads.
 */
package io.assent.transport.grpc;
