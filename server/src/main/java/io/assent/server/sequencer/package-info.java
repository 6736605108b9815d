/**
 * The ring and what happens to a slot: decide, journal, release, in this order, by one drainer.
 *
 * <pre>
 *   event loops --CommandPublisher--> RingSink --> ring --> Sequencer: decide (StateMachine), append (Journal)   a batch
 *                                                             |  sync: the batch's last position becomes durable
 *                                                             v
 *                                                           release: effects, grouped by event loop
 * </pre>
 *
 * <p>The drainer is either the only event loop, once per iteration, or a thread of its own that parks. It never waits for anybody.
 */
package io.assent.server.sequencer;
