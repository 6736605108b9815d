/**
 * The deterministic heart: what may be asked ({@link io.assent.engine.Commands}), what happened ({@link io.assent.engine.Events}) and
 * what must now be done outside ({@link io.assent.engine.Effects}).
 *
 * <pre>
 *   command bytes -> CommandAdapter -> Engine --events--> EventPublisher (bytes) -> EventAdapter -> Transactions
 *                                        |
 *                                        +--effects--> the host, which lets them out when the record is durable
 * </pre>
 *
 * <p>Start reading at {@link io.assent.engine.StateMachine}, the one door for a host; then {@link io.assent.engine.Engine} (decide),
 * {@link io.assent.engine.Transactions} (apply) and {@code mode/} (what a saga or a message does next).
 *
 * <p>No clock, no randomness, no threads, no I/O in here: time is a field of each command. Depends on Agrona only. Every object belongs
 * to the one thread that runs the state machine, except the immutable values that effects carry away.
 */
package io.assent.engine;
