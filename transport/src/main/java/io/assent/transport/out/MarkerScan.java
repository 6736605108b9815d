package io.assent.transport.out;

/**
 * Looks for the words FAILURE and ONGOING in bytes that come in pieces. Both are searched at once by counting how much of each is matched,
 * so a word cut by the border of two pieces is found as well.
 */
final class MarkerScan {
    private static final byte[] FAILURE = {'F', 'A', 'I', 'L', 'U', 'R', 'E'};
    private static final byte[] ONGOING = {'O', 'N', 'G', 'O', 'I', 'N', 'G'};

    private int failureMatched;
    private int ongoingMatched;

    void reset() {
        failureMatched = 0;
        ongoingMatched = 0;
    }

    boolean failureFound() {
        return failureMatched == FAILURE.length;
    }

    boolean ongoingFound() {
        return ongoingMatched == ONGOING.length;
    }

    void add(byte[] bytes, int offset, int length) {
        int failure = failureMatched;
        int ongoing = ongoingMatched;
        for (int i = offset, end = offset + length; i < end; i++) {
            byte b = bytes[i];
            if (failure < FAILURE.length) {
                // No prefix of FAILURE ends as it begins: after a mismatch only its first letter counts.
                failure = b == FAILURE[failure] ? failure + 1 : b == 'F' ? 1 : 0;
            }
            if (ongoing < ONGOING.length) {
                if (b == ONGOING[ongoing]) {
                    ongoing++;
                } else if (ongoing == 4 && b == 'N') {
                    // ONGO ends with the first letter of the word: ONGON is ON again.
                    ongoing = 2;
                } else {
                    ongoing = b == 'O' ? 1 : 0;
                }
            }
        }
        failureMatched = failure;
        ongoingMatched = ongoing;
    }
}
