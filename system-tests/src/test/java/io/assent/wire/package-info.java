/**
 * The wire protocol as files: {@code src/test/resources/wire} holds conversations written by hand from the protocol page, each naming
 * its section, and {@link io.assent.wire.WireVectorTest} replays them over raw sockets and compares byte for byte.
 *
 * <p>Start reading at {@link io.assent.wire.WireVector}, which explains the format, then {@link io.assent.wire.Expectation}, which
 * explains the holes. A vector is never changed because the server answers otherwise: the page decides.
 */
package io.assent.wire;
