/**
 * Server beside reference: {@link io.assent.loadtest.compare.Comparison} starts both, loads them in alternation so that whatever else the machine does hits both
 * alike, and prints medians, spread and the ratio. The ratio is the figure to watch from change to change.
 */
package io.assent.loadtest.compare;
