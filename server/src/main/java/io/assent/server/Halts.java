package io.assent.server;

import io.assent.journal.JournalException;
import io.assent.server.config.Logging;
import io.assent.server.sequencer.Halt;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the process ends: by a signal, or because it can not go on. */
public final class Halts {
    private static final int SIGNALLED_TWICE = 130;

    private static final Logger LOG = LoggerFactory.getLogger(Halts.class);

    /** Writes down why and stops the process at once, without hooks: nothing more may leave it. */
    public static final Halt HALT = (why, cause) -> {
        ExitCode code = ExitCode.HALTED;
        try {
            if (cause instanceof JournalException journal && journal.reason() == JournalException.Reason.VANISHED) {
                code = ExitCode.FILES_VANISHED;
                Logging.writeLast(LOG, "assent stops: " + journal.getMessage(), null);
            } else {
                Logging.writeLast(LOG, "assent stops: " + why, cause);
            }
        } finally {
            Runtime.getRuntime().halt(code.code());
        }
    };

    private Halts() {}

    /** A thread that dies takes the process with it: half a server is worse than none. */
    public static void haltOnUncaught() {
        Thread.setDefaultUncaughtExceptionHandler(
                (thread, failure) -> HALT.halt("thread " + thread.getName() + " failed", failure));
    }

    /** Whether a start ended because it was told to. */
    public static boolean isStopped(Throwable failure) {
        return failure instanceof Recovery.Stopped;
    }

    /** Refuses to start when there are too few file descriptors, and tells when they leave clients fewer connections than is set. */
    public static void checkFileDescriptors(int connectionsMax) {
        Descriptors shared = Descriptors.of(Descriptors.systemLimit(), connectionsMax);
        if (shared.limit() < Descriptors.LIMIT_MIN) {
            throw new StartFailure(
                    ExitCode.TOO_FEW_FILE_DESCRIPTORS,
                    "the process may open " + shared.limit() + " files, at least " + Descriptors.LIMIT_MIN
                            + " are needed; raise the limit (ulimit -n)");
        }
        if (shared.clients() < connectionsMax) {
            LOG.info(
                    "the process may open {} files, so ConnectionsMax is {} and not {}",
                    shared.limit(),
                    shared.clients(),
                    connectionsMax);
        }
    }

    /**
     * The first SIGTERM or SIGINT runs {@code first} at once and {@code stop} in a thread of its own; the second ends the process.
     *
     * <p>The JVM's signal API is reached by reflection: it has no other name, and naming it is a warning.
     */
    public static void onSignals(Runnable first, Runnable stop) {
        AtomicBoolean signalled = new AtomicBoolean();
        Runnable onSignal = () -> {
            if (signalled.compareAndSet(false, true)) {
                first.run();
                new Thread(stop, "assent-stop").start();
            } else {
                Runtime.getRuntime().halt(SIGNALLED_TWICE);
            }
        };
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object handling = Proxy.newProxyInstance(
                    Halts.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            onSignal.run();
                            return null;
                        }
                        return switch (method.getName()) {
                            case "hashCode" -> System.identityHashCode(proxy);
                            case "equals" -> proxy == arguments[0];
                            default -> "signal handler";
                        };
                    });
            for (String name : new String[] {"TERM", "INT"}) {
                Object named = signal.getConstructor(String.class).newInstance(name);
                signal.getMethod("handle", signal, handler).invoke(null, named, handling);
            }
        } catch (ClassNotFoundException
                | NoSuchMethodException
                | InstantiationException
                | IllegalAccessException
                | InvocationTargetException e) {
            Runtime.getRuntime().addShutdownHook(new Thread(stop, "assent-stop"));
        }
    }
}
