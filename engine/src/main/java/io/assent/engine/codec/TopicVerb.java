package io.assent.engine.codec;

/** What a {@code TopicCommand} asks. Codes travel in commands. */
enum TopicVerb {
    SUBSCRIBE(1, "subscribe"),
    UNSUBSCRIBE(2, "unsubscribe"),
    DELETE_TOPIC(3, "deleteTopic");

    private static final TopicVerb[] ALL = values();

    private final byte code;
    private final String text;

    TopicVerb(int code, String text) {
        this.code = (byte) code;
        this.text = text;
    }

    byte code() {
        return code;
    }

    String text() {
        return text;
    }

    static TopicVerb ofCode(int code) {
        for (TopicVerb verb : ALL) {
            if (verb.code == code) {
                return verb;
            }
        }
        throw new IllegalArgumentException("no such command has code " + code);
    }
}
