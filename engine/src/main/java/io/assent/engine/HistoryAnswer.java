package io.assent.engine;

/**
 * What the history of finished transactions answered for a gid before the command entered the ring.
 *
 * @param finding what was found
 * @param position the history was complete up to this journal position when it answered; 0 without a history
 */
public record HistoryAnswer(Finding finding, long position) {

    /** No history exists: what the engine forgot is unknown to everybody. */
    public static final HistoryAnswer NO_HISTORY = new HistoryAnswer(Finding.NO_HISTORY, 0);

    /** What a history can say of a gid. Codes travel in commands. */
    public enum Finding {
        NO_HISTORY(0),
        ABSENT(1),
        SUCCEED(2),
        FAILED(3);

        private static final Finding[] ALL = values();

        private final byte code;

        Finding(int code) {
            this.code = (byte) code;
        }

        public byte code() {
            return code;
        }

        public static Finding ofCode(int code) {
            for (Finding finding : ALL) {
                if (finding.code == code) {
                    return finding;
                }
            }
            throw new IllegalArgumentException("no finding has code " + code);
        }
    }
}
