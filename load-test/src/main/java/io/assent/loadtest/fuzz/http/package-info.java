/**
 * The HTTP inputs of the fuzz run.
 *
 * <pre>
 *   number -> InputGenerator (by InputKind) -> HttpInput: Pieces of bytes, each with what must become of it, and an Ending
 *               DocumentedCalls  near-valid requests of every route      BodyMutator  and what can be wrong with their bodies
 *               OddTargets OddHeaders OddFraming                          what can be wrong around the body
 *   HttpInput -> HttpSender -> a RawConnection; Responses back -> ResponseRules
 * </pre>
 *
 * <p>Start with {@link io.assent.loadtest.fuzz.http.HttpSource}. What a piece must become of is said by whoever makes it, never guessed from
 * the answer. May depend on the fuzz package, on net and on Jackson.
 */
package io.assent.loadtest.fuzz.http;
