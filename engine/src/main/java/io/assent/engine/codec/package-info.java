/**
 * Bytes and calls: publishers encode calls into bytes, adapters decode bytes into calls. The layouts are in {@code src/main/sbe/assent.xml}.
 */
package io.assent.engine.codec;
