/**
 * Puts the parts together: {@link io.assent.server.CoordinatorServer} builds everything and closes it in reverse; {@code sequencer} holds the
 * ring and its three stages; {@code cli} the commands.
 */
package io.assent.server;
