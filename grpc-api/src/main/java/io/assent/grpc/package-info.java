/**
 * The messages and stubs of DTM's gRPC interface ({@code dtmgimp.Dtm}) and of the call-back that participants with workflows implement ({@code
 * workflow.Workflow}). Generated; the words are in {@code src/main/proto}. Start at {@code DtmGrpc}.
 */
package io.assent.grpc;
