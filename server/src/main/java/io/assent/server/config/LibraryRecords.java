package io.assent.server.config;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what libraries say by way of java.util.logging, which would print it to standard error in a form of its own. What they take for a
 * fault of the program is an error here too, with its stack; what a peer can cause by a broken frame or a lost connection is a line of level
 * debug, without.
 */
final class LibraryRecords extends Handler {

    private LibraryRecords() {}

    /** Takes the place of all handlers of the process. */
    static void take() {
        java.util.logging.Logger root = LogManager.getLogManager().getLogger("");
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        root.addHandler(new LibraryRecords());
    }

    @Override
    public void publish(LogRecord record) {
        Logger target = LoggerFactory.getLogger(record.getLoggerName() == null ? "library" : record.getLoggerName());
        if (record.getLevel().intValue() >= Level.SEVERE.intValue()) {
            target.error("{}", record.getMessage(), record.getThrown());
        } else if (target.isDebugEnabled()) {
            Throwable thrown = record.getThrown();
            target.debug("{}{}", record.getMessage(), thrown == null ? "" : ": " + thrown);
        }
    }

    @Override
    public void flush() {
        // Nothing is held here.
    }

    @Override
    public void close() {
        // Nothing is held here.
    }
}
