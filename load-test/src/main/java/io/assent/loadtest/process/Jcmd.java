package io.assent.loadtest.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The tool of a JDK that makes another Java process do something. */
public final class Jcmd {

    private static final long LIMIT_S = 60;

    private Jcmd() {}

    /**
     * Makes a process collect its garbage.
     *
     * @param pid the process.
     * @throws IOException if it did not, or there is no JDK here.
     * @throws InterruptedException if interrupted.
     */
    public static void collectGarbage(final long pid) throws IOException, InterruptedException {
        run(pid, "GC.run", ProcessBuilder.Redirect.DISCARD);
    }

    /**
     * Writes down how many objects of which class a process has.
     *
     * @param pid the process.
     * @param file where to.
     * @throws IOException if it did not, or there is no JDK here.
     * @throws InterruptedException if interrupted.
     */
    public static void classHistogram(final long pid, final Path file) throws IOException, InterruptedException {
        run(pid, "GC.class_histogram", ProcessBuilder.Redirect.to(file.toFile()));
    }

    private static void run(final long pid, final String command, final ProcessBuilder.Redirect output)
            throws IOException, InterruptedException {
        final Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        if (!Files.isExecutable(jcmd)) {
            throw new IOException(
                    "there is no " + jcmd + ", which makes the server collect its garbage; a JDK is needed");
        }
        final Process process = new ProcessBuilder(List.of(jcmd.toString(), Long.toString(pid), command))
                .redirectErrorStream(true)
                .redirectOutput(output)
                .start();
        process.getOutputStream().close();
        if (!process.waitFor(LIMIT_S, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(jcmd + " " + pid + " " + command + " did not do its work");
        }
    }
}
