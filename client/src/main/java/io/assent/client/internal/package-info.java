/**
 * What the clients need and users do not: JSON in and out, and the way to a coordinator that the builders of every protocol share.
 *
 * <p>May depend on the JDK and on the vocabulary of {@link io.assent.client}. Start with {@link io.assent.client.internal.Coordinator}.
 * Nothing here is API; it may change in any release.
 */
package io.assent.client.internal;
