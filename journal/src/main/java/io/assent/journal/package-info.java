/**
 * A crash-safe log of byte records on Chronicle Queue. Knows bytes and positions, no transactions.
 *
 * <p>Chronicle Queue writes the bytes; the safety is here: every record carries its position and a CRC32C, cycles start with a header and end
 * with a seal, space is filled with zeros ahead of the writer, files are forced by our own channel, and reading trusts nothing but these. Start
 * reading at {@link io.assent.journal.Journal}; the bytes are told in docs/journal-format.md.
 */
package io.assent.journal;
