/**
 * Branch calls: from an effect of the engine to the participant and back.
 *
 * <pre>
 *   BranchCall -> Dispatcher -> Target (what the URL says)
 *                     |
 *      Route (queue) - Destination (bounds) -> Dial (name, addresses, proxy, TLS) -> Connection
 *                                                                                          |  RequestWriter writes
 *   CallEnds <- Dispatcher <------------------ Verdict (what the reply means) <------------+  ReplyDecoder reads
 * </pre>
 *
 * <p>Start reading at {@link io.assent.transport.out.Dispatcher}. One per event loop; {@link io.assent.transport.out.Outbound} holds what
 * the loops share and makes them. Everything here belongs to its event loop, except the names of hosts, which are looked up on threads of
 * their own. The rules are PROTOCOL 5.1, 5.2 and SAFETY "Calls". Depends on the engine's vocabulary, Netty and Agrona.
 */
package io.assent.transport.out;
