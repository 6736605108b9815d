package io.assent.server.cli;

import io.assent.server.Version;
import picocli.CommandLine.Command;

/** {@code assent version}. */
@Command(name = "version", description = "Prints the version of Assent and of Java.", mixinStandardHelpOptions = true)
final class VersionCommand implements Runnable {
    @Override
    public void run() {
        System.out.println("assent " + Version.text() + ", Java " + Runtime.version());
    }
}
