/**
 * JMH benchmarks of the parts, each with the gc profiler: {@link io.assent.benchmarks.Benchmarks} runs all of them or those whose name matches.
 * What they measured stands in docs/performance.md.
 */
package io.assent.benchmarks;
