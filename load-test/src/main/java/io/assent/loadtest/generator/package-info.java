/**
 * Load of sagas on one thread, as cheap as a load tool can be: the request is a prepared array in which only the gid changes. {@link
 * io.assent.loadtest.generator.SagaGenerator} submits as fast as it is answered (closed loop), {@link
 * io.assent.loadtest.generator.PacedGenerator} at a fixed rate (open loop); {@link io.assent.loadtest.generator.Sagas} says what, {@link
 * io.assent.loadtest.net.Protocol} how, and {@link io.assent.loadtest.generator.LoadReport} tells what came out.
 *
 * <pre>
 *   SagaGenerator, PacedGenerator     when to submit; LoadMeter counts and measures
 *        | submit        ^ Answers
 *        v               |
 *   Submits: HttpSubmits, GrpcSubmits    connections and bytes
 * </pre>
 *
 * <p>May depend on Netty, gRPC, HdrHistogram, the generated {@code io.assent.grpc} and {@code io.assent.loadtest.net}.
 */
package io.assent.loadtest.generator;
