/**
 * HTTP/1.1 as cheap as Netty allows, shared by participant, forwarder and generator.
 *
 * <p>A load tool must cost less than what it measures, so this package skips Netty's HTTP codec: {@link
 * io.assent.loadtest.net.HttpFrame} finds the borders of a message in the bytes, and {@link
 * io.assent.loadtest.net.HttpFrameHandler} hands whole messages to its subclass and flushes once per read. Messages are written as prepared
 * bytes. May depend on the JDK and Netty.
 */
package io.assent.loadtest.net;
