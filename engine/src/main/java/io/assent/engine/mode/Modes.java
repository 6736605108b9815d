package io.assent.engine.mode;

import io.assent.engine.TransactionKind;
import java.util.EnumMap;
import java.util.Map;

/** The modes this build knows. */
public final class Modes {
    private final Map<TransactionKind, TransactionMode> modes = new EnumMap<>(TransactionKind.class);

    /** Saga and message. */
    public static Modes standard() {
        return new Modes(new SagaMode(), new MsgMode());
    }

    public Modes(TransactionMode... known) {
        for (TransactionMode mode : known) {
            modes.put(mode.kind(), mode);
        }
    }

    public boolean has(TransactionKind kind) {
        return modes.containsKey(kind);
    }

    public TransactionMode of(TransactionKind kind) {
        TransactionMode mode = modes.get(kind);
        if (mode == null) {
            throw new IllegalArgumentException("no mode for transactions of kind " + kind.wireName());
        }
        return mode;
    }
}
