/**
 * Seeded histories of a coordinator that lives in a bad world: the real engine, sequencer, ring, drainer and clock under virtual time, with
 * clients and participants behind a network that loses, delays, repeats and refuses, and a disk that loses what was not synced.
 *
 * <p>Everything of one history happens on one thread and follows from one number, the seed. Start reading at {@code Simulation}; the rules
 * are in {@code Checker}, what it knows of the world in {@code Ledger}. docs/simulation.md says how to run it.
 *
 * <pre>
 *   Clients --requests--> Coordinator (decide, journal, release) --calls--> Network --> Ledger (participants)
 *      ^                      |  SimulatedDisk                                |
 *      +------answers---------+ &lt;-----------------replies-------------------+
 *                     everything that leaves or is recorded is shown to the Checker
 * </pre>
 */
package io.assent.simulation;
