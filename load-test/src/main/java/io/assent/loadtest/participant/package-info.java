/**
 * The branch side of a transaction. {@link io.assent.loadtest.participant.Participant} answers any path at once with SUCCESS; under
 * {@code /act/} it answers by a {@link io.assent.loadtest.participant.Script} in the URL and keeps a {@link
 * io.assent.loadtest.participant.Ledger} of what it was asked, what it answered and what moved on its accounts.
 *
 * <pre>
 *   POST /act/err.close.ok-200/a17/-30?branch_id=01&amp;gid=g&amp;op=action
 *             |                |   |
 *             |                |   what moves on the account (undone by op=compensate)
 *             |                account, or - for none
 *             outcome of attempt 1, 2, 3 and all later ones
 * </pre>
 *
 * <p>May depend on the JDK, Netty, jackson and {@code io.assent.loadtest.net}.
 */
package io.assent.loadtest.participant;
