/**
 * What a coordinator does for a saga, a message, a TCC, an XA transaction and a workflow, told once and run by each {@link
 * io.assent.scenario.Protocol}: over HTTP, and over gRPC with a real grpc-java participant. Whole servers on the manual clock; nothing sleeps.
 *
 * <p>Start reading at {@link io.assent.scenario.World}, which is all that a scenario gets, then at {@code TccByProtocolTest}. A scenario is a method that
 * takes a world. {@link io.assent.scenario.MatrixWatch} prints which of them ran by which protocol and fails the class when one is missing, so
 * a scenario run alone by its name ends with that complaint about all others.
 *
 * <pre>
 *   scenario --Global, BranchRequest--> Client (DtmOverHttp | DtmOverGrpc) --> server
 *      ^                                   |                                     |
 *      +----------Reply, WorkflowReply-----+      Participant (HttpParticipant | GrpcParticipant)
 *      +----------Received-------- Business (scripts, gates, records) <----------+
 * </pre>
 *
 * <p>Where the protocols differ, the vocabulary says so instead of a scenario being left out:
 *
 * <ul>
 *   <li>texts of answers that decide nothing: {@link io.assent.scenario.World#unknownText};
 *   <li>the URL that calls a workflow's client back: {@link io.assent.scenario.World#callBackUrl};
 *   <li>queries, listings and administrators' acts exist over HTTP only, and users of gRPC ask there too: so does a world;
 *   <li>only HTTP has a field for a concurrent message: there it is prepared, whoever submits it.
 * </ul>
 */
package io.assent.scenario;
