package io.assent.engine.mode;

import io.assent.engine.TransactionKind;

/** The modes this build knows. */
public final class Modes {
    private final TransactionMode[] byCode = new TransactionMode[TransactionKind.CODE_MAX + 1];

    /** The five of the protocol. */
    public static Modes standard() {
        return new Modes(new SagaMode(), new MsgMode(), new TccMode(), new XaMode(), new WorkflowMode());
    }

    public Modes(TransactionMode... known) {
        for (TransactionMode mode : known) {
            byCode[mode.kind().code()] = mode;
        }
    }

    /** These modes and one more. */
    public Modes with(TransactionMode more) {
        Modes extended = new Modes(more);
        for (int code = 0; code < byCode.length; code++) {
            if (byCode[code] != null) {
                extended.byCode[code] = byCode[code];
            }
        }
        return extended;
    }

    public boolean has(TransactionKind kind) {
        return byCode[kind.code()] != null;
    }

    public TransactionMode of(TransactionKind kind) {
        TransactionMode mode = byCode[kind.code()];
        if (mode == null) {
            throw new IllegalArgumentException("no mode for transactions of kind " + kind.wireName());
        }
        return mode;
    }
}
