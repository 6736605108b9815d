/**
 * The kill rig: a real server process is killed with SIGKILL again and again under load, and afterwards three independent records must
 * agree on every transaction: what the clients were told, what the participants saw, and what the server answers to {@code query}.
 *
 * <pre>
 *   Workload   makes Plans: what to submit, how participants will answer, what must come of it
 *   KillRig    runs them against a ServerProcess, kills, restarts, waits until all is final, gathers the Evidence
 *   RecordChecker    Evidence -> Violations; knows the rules and nothing of sockets or processes
 * </pre>
 *
 * <p>Start with {@link io.assent.loadtest.kill.KillRig} to use it and with {@link io.assent.loadtest.kill.RecordChecker} to know
 * what it proves. All "before" and "after" are told by the one counter of the participants' ledger, not by clocks.
 */
package io.assent.loadtest.kill;
