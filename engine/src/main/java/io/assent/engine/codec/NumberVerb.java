package io.assent.engine.codec;

/** What a {@code NumberCommand} asks. Codes travel in commands. */
enum NumberVerb {
    TICK(1, "tick"),
    CONTINUE_WORK(2, "continueWork"),
    RESUME(3, "resume"),
    FORGET_FINISHED(4, "forgetFinished");

    private static final NumberVerb[] ALL = values();

    private final byte code;
    private final String text;

    NumberVerb(int code, String text) {
        this.code = (byte) code;
        this.text = text;
    }

    byte code() {
        return code;
    }

    String text() {
        return text;
    }

    static NumberVerb ofCode(int code) {
        for (NumberVerb verb : ALL) {
            if (verb.code == code) {
                return verb;
            }
        }
        throw new IllegalArgumentException("no number command has code " + code);
    }
}
