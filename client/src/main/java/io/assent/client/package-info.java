/**
 * The Java client: sagas and two-phase messages over the DTM wire protocol, with nothing but the JDK.
 *
 * <p>Start with {@link io.assent.client.AssentClient}; it makes everything else.
 *
 * <pre>{@code
 * AssentClient assent = AssentClient.connect("http://127.0.0.1:36789/api/dtmsvr");
 *
 * String gid = assent.newGid();
 * assent.saga(gid)
 *         .step(bankA + "/TransOut", bankA + "/TransOutCompensate", Map.of("amount", 30))
 *         .step(bankB + "/TransIn", bankB + "/TransInCompensate", Map.of("amount", 30))
 *         .submit();
 *
 * assent.msg(assent.newGid())
 *         .step(bankB + "/TransIn", Map.of("amount", 30))
 *         .doAndSubmit(bankA + "/QueryPrepared", barrier -> moveMoneyInOurDatabase(barrier));
 *
 * assent.query(gid).ifPresent(transaction -> System.out.println(transaction.status()));
 * }</pre>
 *
 * <p>What to know:
 *
 * <ul>
 *   <li><b>Every call with a gid may be repeated</b> with the same gid; the coordinator runs the transaction once. That is the
 *       cure for {@link io.assent.client.AssentException} itself: the outcome is unknown.
 *   <li><b>Exceptions with a meaning</b>: {@link io.assent.client.TransactionFailed} (it has failed), {@link
 *       io.assent.client.StillOngoing} (not at its end, it goes on by itself), {@link io.assent.client.GidInUse} (the gid belongs to another
 *       transaction), {@link io.assent.client.CoordinatorUnavailable} (503 or no connection; nothing was stored). A 409 is told apart by
 *       the transaction's status, which Assent sends along; a coordinator of DTM is asked for it with one {@code query}.
 *   <li><b>Payloads</b> are JSON texts ({@code String}), or maps, records and lists, which the client writes as JSON. A step without a payload sends {@code null}.
 *   <li><b>Threads</b>: {@code AssentClient} is safe for many threads and shares its connections; a builder belongs to one
 *       thread and one transaction.
 * </ul>
 *
 * <p>May depend on the JDK only. The wire names are in {@code GlobalTransaction}, {@code Saga} and {@code Msg}; reading and
 * writing JSON is in {@link io.assent.client.internal}.
 */
package io.assent.client;
