package io.assent.transport.front;

import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;

/**
 * Escapes JSON texts as DTM's encoder does (PROTOCOL 2.0): beyond the standard {@code < > &} and the two line separators, and with small hex
 * digits.
 */
final class GoEscapes extends CharacterEscapes {
    private static final long serialVersionUID = 1L;
    private static final int CONTROLS = 0x20;

    private final int[] ascii;

    GoEscapes() {
        ascii = CharacterEscapes.standardAsciiEscapesForJSON();
        for (int character = 0; character < CONTROLS; character++) {
            if (ascii[character] == CharacterEscapes.ESCAPE_STANDARD) {
                ascii[character] = CharacterEscapes.ESCAPE_CUSTOM;
            }
        }
        for (char character : new char[] {'<', '>', '&'}) {
            ascii[character] = CharacterEscapes.ESCAPE_CUSTOM;
        }
    }

    @Override
    public int[] getEscapeCodesForAscii() {
        return ascii.clone();
    }

    @Override
    public SerializableString getEscapeSequence(int character) {
        boolean escaped = character < ascii.length
                ? ascii[character] == CharacterEscapes.ESCAPE_CUSTOM
                : character == 0x2028 || character == 0x2029;
        return escaped ? new SerializedString(String.format("\\u%04x", character)) : null;
    }
}
