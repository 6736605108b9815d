package io.assent.system;

import io.assent.server.cli.Main;
import java.io.FileInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A server that opens files again and again and never closes them: what the fuzz run must find. Arguments: those of the server. */
final class LeakyServer {
    private static final int OPENED_MAX = 4_000;
    private static final long EVERY_MS = 5;

    private LeakyServer() {}

    public static void main(String[] arguments) {
        Thread leak = new Thread(LeakyServer::leak, "leak");
        leak.setDaemon(true);
        leak.start();
        Main.main(arguments);
    }

    private static void leak() {
        List<FileInputStream> opened = new ArrayList<>();
        try {
            while (opened.size() < OPENED_MAX) {
                opened.add(new FileInputStream("/dev/null"));
                Thread.sleep(EVERY_MS);
            }
            Thread.sleep(Long.MAX_VALUE);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("with " + opened.size() + " files open", e);
        }
    }
}
