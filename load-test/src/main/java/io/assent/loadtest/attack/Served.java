package io.assent.loadtest.attack;

/**
 * How somebody was answered during one attack.
 *
 * @param answered with 200.
 * @param refused with 503.
 * @param failed otherwise.
 * @param slowestMs the longest that an answer of any kind took.
 * @param gapMs the longest time without an answer of 200.
 * @param firstFailure of the failures, or "".
 */
public record Served(long answered, long refused, long failed, long slowestMs, long gapMs, String firstFailure) {}
