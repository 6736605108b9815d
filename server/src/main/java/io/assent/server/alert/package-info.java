/**
 * Tells somebody outside that a transaction does not come to its end: {@link io.assent.server.alert.AlertWebHook}. Best effort: an alert
 * leaves after its cause is durable, decides nothing, and is lost by a crash; what it counts is journaled.
 */
package io.assent.server.alert;
