/**
 * Closed-loop load of two-branch sagas on one thread, as cheap as a load tool can be: the request is a prepared array in which only the gid
 * changes. {@link io.assent.loadtest.generator.SagaGenerator} runs it, {@link io.assent.loadtest.generator.LoadReport} tells what came out.
 * May depend on Netty, HdrHistogram and {@code io.assent.loadtest.net}.
 */
package io.assent.loadtest.generator;
