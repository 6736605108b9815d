package io.assent.server.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** The lines of one logger, as level and message. */
final class Lines implements AutoCloseable {
    private final Logger logger;
    private final ListAppender<ILoggingEvent> kept = new ListAppender<>();

    Lines(Class<?> owner, Level level) {
        logger = (Logger) LoggerFactory.getLogger(owner);
        logger.setLevel(level);
        logger.setAdditive(false);
        kept.start();
        logger.addAppender(kept);
    }

    List<String> taken() {
        List<String> lines = kept.list.stream()
                .map(event -> event.getLevel() + " " + event.getFormattedMessage())
                .toList();
        kept.list.clear();
        return lines;
    }

    @Override
    public void close() {
        logger.detachAppender(kept);
        logger.setAdditive(true);
        logger.setLevel(null);
    }
}
