/**
 * The inbound HTTP/1.1 front: {@link io.assent.transport.front.HttpFront} listens, a {@link io.assent.transport.front.FrontLoop} per event loop
 * holds what waits for an answer, a {@link io.assent.transport.front.Connection} per client keeps its requests in order.
 *
 * <pre>
 *   bytes -> Connection (bounds, body) -> Routes (path) -> SubmissionParser -> Commands
 *   effects -> FrontLoop (by request id) -> Connection (in request order) -> bytes
 * </pre>
 */
package io.assent.transport.front;
