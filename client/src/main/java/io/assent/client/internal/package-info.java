/**
 * What the client needs and users do not: JSON in and out, and the exchange with the coordinator.
 *
 * <p>May depend on the JDK only. Start with {@link io.assent.client.internal.JsonReader}. Nothing here is API; it may
 * change in any release.
 */
package io.assent.client.internal;
