package io.assent.loadtest.cli;
import picocli.CommandLine.Command;
@Command(name = "kill") final class KillCommand implements Runnable { @Override public void run() {} }
