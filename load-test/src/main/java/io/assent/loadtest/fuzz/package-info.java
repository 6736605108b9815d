/**
 * The fuzz run: a real server process gets inputs that a seed decides, a million of them if asked, and must answer or refuse each as the protocol
 * says, go on serving, and hold no more memory and no more descriptors at the end than early on.
 *
 * <pre>
 *   FuzzRun     one run: sections of inputs, and between them control saga, clean-up and measuring   (start here)
 *     FuzzSource   the inputs of one protocol by number; fuzz.http has the one for HTTP
 *       FuzzSender   one thread's way to send them and to judge what comes back; throws BrokenRule
 *     ServerDesk   asks and tidies up the server between sections, as an operator would
 *     Measurement  descriptors, heap after a collection, direct memory
 *     FuzzedBranches  the participants of fuzzed transactions, all on the loopback address
 *     LoopbackGuard, ProxyTrap   no input may make the server call another host, and the trap proves it
 * </pre>
 *
 * <p>A further protocol is another {@link io.assent.loadtest.fuzz.FuzzSource}; everything else stays. Each input follows from the run's seed and its own number
 * alone ({@link io.assent.loadtest.fuzz.Chance}), so that one can be sent again by itself.
 */
package io.assent.loadtest.fuzz;
