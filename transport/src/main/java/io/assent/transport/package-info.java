/**
 * Bytes on sockets: requests of clients become commands, effects become responses and branch calls. Wire names live here and nowhere else.
 *
 * <p>Start reading at {@link io.assent.transport.front} (in) and {@link io.assent.transport.out} (out). Everything in here belongs to one event
 * loop unless it says otherwise.
 */
package io.assent.transport;
