/**
 * The barrier of a participant: it makes a branch operation take effect once, whatever the order and the number of the calls that ask for it.
 *
 * <pre>
 *   call from the coordinator -> BranchContext -> Barrier.call --one local transaction--> barrier rows + the business work
 * </pre>
 *
 * <p>A coordinator calls a branch again whenever it does not know how a call ended, it compensates a step whose action may never have arrived, and a
 * late action may arrive after its compensation. The barrier writes one row per operation into the same local transaction as the work: a repeat finds
 * its row, a compensation that comes first leaves the row of its action behind so that the late action does nothing. The table and its meaning are those
 * of DTM's SDKs (PROTOCOL 12.7), so participants of one transaction may be written in several languages.
 *
 * <p>Start reading at {@link io.assent.barrier.Barrier}. Depends on the JDK's JDBC and on the client's {@link io.assent.client.BranchContext} only; a
 * database is described by a {@link io.assent.barrier.BarrierDialect}.
 */
package io.assent.barrier;
