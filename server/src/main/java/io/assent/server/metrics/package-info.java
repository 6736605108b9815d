/**
 * What is counted and measured, and its text for Prometheus. {@link io.assent.server.metrics.Metrics} has everything; the parts of the
 * server count through the small interfaces that they own ({@link io.assent.transport.front.FrontMeter}, {@link
 * io.assent.engine.EngineObserver}) or are asked when the metrics are read. Label sets are bounded whatever clients send. Every name is
 * described in docs/operating.md; a test compares.
 */
package io.assent.server.metrics;
