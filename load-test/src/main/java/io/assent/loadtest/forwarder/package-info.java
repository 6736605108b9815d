/**
 * The reference beside which a coordinator is measured: {@link io.assent.loadtest.forwarder.Forwarder} makes the same calls of the same size
 * as a two-branch saga and keeps nothing. The ratio server / forwarder is what state, order and durability cost; it stays comparable when the machine
 * is slow or busy, which a plain figure does not. May depend on Netty and {@code io.assent.loadtest.net}.
 */
package io.assent.loadtest.forwarder;
