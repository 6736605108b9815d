/**
 * What a transaction of each mode does next. A mode is a pure function of a transaction and a time; it is told back as a {@link
 * io.assent.engine.mode.Plan}: which branch calls are due, and whether the transaction is decided. A new mode is one file here and one line
 * in {@link io.assent.engine.mode.Modes}.
 */
package io.assent.engine.mode;
