package io.assent.engine.codec;

/** What an {@code AnnounceCommand} asks. Codes travel in commands. */
enum AnnounceVerb {
    PREPARE(0, "prepare"),
    SUBMIT(1, "submit"),
    PREPARE_WORKFLOW(2, "prepareWorkflow");

    private static final AnnounceVerb[] ALL = values();

    private final byte code;
    private final String text;

    AnnounceVerb(int code, String text) {
        this.code = (byte) code;
        this.text = text;
    }

    byte code() {
        return code;
    }

    String text() {
        return text;
    }

    static AnnounceVerb ofCode(int code) {
        for (AnnounceVerb verb : ALL) {
            if (verb.code == code) {
                return verb;
            }
        }
        throw new IllegalArgumentException("no such command has code " + code);
    }
}
