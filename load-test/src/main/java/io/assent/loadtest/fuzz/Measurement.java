package io.assent.loadtest.fuzz;

import io.assent.loadtest.process.ChildProcess;
import io.assent.loadtest.process.Jcmd;
import io.assent.loadtest.process.MetricsPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a server at rest holds.
 *
 * @param after how many inputs it had been sent.
 * @param descriptors its open file descriptors.
 * @param descriptorKinds what they are.
 * @param heapBytes its used heap after a collection.
 * @param directBytes its memory outside the heap.
 */
public record Measurement(long after, long descriptors, String descriptorKinds, long heapBytes, long directBytes) {

    /** What is measured, and how much more of it than before is no leak. */
    public enum Quantity {
        /** One of each: a file of the journal being made or deleted, its lock, a connection of the pool, a random source. */
        DESCRIPTORS("file descriptors", 4),
        /** The answer that tells the value, and the code that makes it, are on the heap while it is taken. */
        HEAP("heap bytes", 1 << 20),
        /** The allocator takes and returns memory in chunks; two event loops may each hold one more than before. */
        DIRECT("direct bytes", 2 << 20);

        private static final int PERCENT = 5;

        private final String label;
        private final long slack;

        Quantity(final String label, final long slack) {
            this.label = label;
            this.slack = slack;
        }

        /**
         * Names it.
         *
         * @return its name.
         */
        public String label() {
            return label;
        }

        /**
         * Reads it.
         *
         * @param measurement where from.
         * @return the value.
         */
        public long of(final Measurement measurement) {
            return switch (this) {
                case DESCRIPTORS -> measurement.descriptors;
                case HEAP -> measurement.heapBytes;
                case DIRECT -> measurement.directBytes;
            };
        }

        /**
         * Tells how much it may be later.
         *
         * @param early the early measurement.
         * @return 5 % more, or the slack of what is small.
         */
        public long most(final Measurement early) {
            return of(early) + Math.max(of(early) * PERCENT / 100, slack);
        }
    }

    /**
     * Takes the values. The least of several collections counts: what the measuring itself leaves on the heap comes and goes. The classes of what is held are
     * written into a file, for whoever looks for a leak.
     */
    static Measurement of(
            final ChildProcess server,
            final ServerDesk desk,
            final long after,
            final int collections,
            final Path classes)
            throws IOException, InterruptedException, BrokenRule {
        long heap = Long.MAX_VALUE;
        long direct = Long.MAX_VALUE;
        for (int i = 0; i < collections; i++) {
            Jcmd.collectGarbage(server.pid());
            final MetricsPage page = desk.metrics();
            heap = Math.min(heap, bytes(page, "jvm_memory_used_bytes{area=\"heap\"}"));
            direct = Math.min(direct, bytes(page, "assent_direct_memory_bytes"));
        }
        Jcmd.classHistogram(server.pid(), classes);
        final Map<String, Integer> kinds = descriptors(server.pid());
        return new Measurement(
                after, kinds.values().stream().mapToInt(Integer::intValue).sum(), kinds.toString(), heap, direct);
    }

    private static long bytes(final MetricsPage page, final String series) throws BrokenRule {
        return (long) page.value(series).orElseThrow(() -> new BrokenRule("the metrics must show " + series));
    }

    /** How many descriptors of each kind a process has open. */
    static Map<String, Integer> descriptors(final long pid) throws IOException {
        final Map<String, Integer> kinds = new TreeMap<>();
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            for (final Path descriptor : open.toList()) {
                kinds.merge(kind(descriptor), 1, Integer::sum);
            }
        }
        return kinds;
    }

    private static String kind(final Path descriptor) {
        try {
            final String target = Files.readSymbolicLink(descriptor).toString();
            final int bracket = target.indexOf(":[");
            return target.startsWith("/")
                    ? Path.of(target).getFileName().toString()
                    : bracket < 0 ? target : target.substring(0, bracket);
        } catch (final IOException closedMeanwhile) {
            return "closed meanwhile";
        }
    }
}
