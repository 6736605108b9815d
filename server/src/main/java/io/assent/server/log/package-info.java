/**
 * What an operator reads of the server at work: {@link io.assent.server.log.EngineLog} hears the engine, {@link io.assent.server.log.FrontLog} the
 * fronts. Neither writes a line for a transaction that goes well; what clients and participants can cause is bounded by the minute. Lines carry
 * the gid, and neither payloads nor headers. Where lines go is the matter of {@link io.assent.server.config.Logging}.
 */
package io.assent.server.log;
