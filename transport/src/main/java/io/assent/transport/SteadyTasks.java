package io.assent.transport;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what is done again and again, so that a throw ends none of it: it is logged, at most once a minute for each kind, and counted, and the next time comes all
 * the same. What must not go on behind a throw (deciding, appending, forcing) does not belong here. Any thread.
 */
public final class SteadyTasks {
    private static final Logger LOG = LoggerFactory.getLogger(SteadyTasks.class);
    private static final long LOG_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** What comes again and again. */
    public enum Kind {
        /** Looking at the connections of clients and at what was not yet said. */
        CLIENTS("clients"),
        /** Ending calls whose time is over. */
        CALL_DEADLINES("call deadlines"),
        /** Telling the engine how calls ended. */
        CALL_ENDS("call ends"),
        /** Looking up and refreshing the addresses of hosts. */
        NAMES("names"),
        /** Waking the drainer. */
        WAKE_UPS("wake-ups"),
        /** Asking for the value of a metric. */
        METRICS("metrics");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        /** For metrics. */
        public String label() {
            return label;
        }
    }

    private final AtomicLongArray failures = new AtomicLongArray(Kind.values().length);
    private final AtomicLongArray loggedNanos = new AtomicLongArray(Kind.values().length);

    public SteadyTasks() {
        for (int i = 0; i < loggedNanos.length(); i++) {
            loggedNanos.set(i, System.nanoTime() - LOG_EVERY_NANOS);
        }
    }

    /** Runs the task now; never throws. */
    public void run(Kind kind, Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error failure) {
            failed(kind, failure);
        }
    }

    /** The task as one that never throws. */
    public Runnable steady(Kind kind, Runnable task) {
        return () -> run(kind, task);
    }

    /** Something of this kind threw and goes on. */
    public void failed(Kind kind, Throwable failure) {
        long count = failures.incrementAndGet(kind.ordinal());
        long now = System.nanoTime();
        long logged = loggedNanos.get(kind.ordinal());
        if (now - logged >= LOG_EVERY_NANOS && loggedNanos.compareAndSet(kind.ordinal(), logged, now)) {
            LOG.error(
                    "{}: a task failed and goes on the next time; {} times since the start",
                    kind.label(),
                    count,
                    failure);
        }
    }

    /** Throws of this kind. */
    public long failures(Kind kind) {
        return failures.get(kind.ordinal());
    }
}
