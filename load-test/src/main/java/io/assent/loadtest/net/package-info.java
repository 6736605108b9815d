/**
 * HTTP/1.1 as cheap as Netty allows, shared by participant, forwarder and generator.
 *
 * <p>A load tool must cost less than what it measures, so this package skips Netty's HTTP codec: {@link
 * io.assent.loadtest.net.HttpFrame} finds the borders of a message in the bytes, and {@link
 * io.assent.loadtest.net.HttpFrameHandler} hands whole messages to its subclass and flushes once per read. Messages are written as prepared
 * bytes. May depend on the JDK and Netty.
 *
 * <p>For looking closely instead of fast there is {@link io.assent.loadtest.net.RawConnection}: any bytes out, and a {@link
 * io.assent.loadtest.net.ResponseReader} that accepts nothing but a whole, well-formed {@link io.assent.loadtest.net.Response}.
 */
package io.assent.loadtest.net;
