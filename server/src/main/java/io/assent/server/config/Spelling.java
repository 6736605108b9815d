package io.assent.server.config;

import java.util.Collection;
import java.util.Locale;

/** Finds the name that was meant. */
final class Spelling {

    private Spelling() {}

    /** The known name that differs in the fewest letters, case aside; null when none is near. */
    static String nearest(String name, Collection<String> known) {
        String best = null;
        int least = Math.min(3, Math.max(1, name.length() / 3)) + 1;
        for (String candidate : known) {
            int distance = distance(name.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
            if (distance < least) {
                least = distance;
                best = candidate;
            }
        }
        return best;
    }

    /** Letters to insert, to leave out or to change. */
    private static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int i = 0; i <= to.length(); i++) {
            row[i] = i;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int change = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
