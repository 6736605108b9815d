package io.assent.server.config;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.Duration;
import ch.qos.logback.core.util.FileSize;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * Points the logging library where the settings say. Until then it writes to standard error at level info.
 *
 * <p>Lines are written by a thread of their own, so that a slow disk or terminal holds up nobody; when more wait than {@link #LINES_WAITING_MAX},
 * further ones are lost. {@link #close} writes what waits.
 */
public final class Logging {
    private static final int LINES_WAITING_MAX = 4_096;
    private static final int FLUSH_MS_MAX = 5_000;
    /** Lines are rare: the size is looked at with each. */
    private static final Duration EACH_LINE = Duration.buildByMilliseconds(0);

    private Logging() {}

    /** Replaces the outputs of the whole process. A file that can not be opened is a {@link BadSetting}. */
    public static void apply(LogConfig config) {
        LoggerContext context = context();
        Logger root = root();
        root.detachAndStopAllAppenders();
        LibraryRecords.take();
        for (String output : config.outputs()) {
            Appender<ILoggingEvent> appender = switch (output) {
                case "stderr" -> console(context, config, "System.err");
                case "stdout" -> console(context, config, "System.out");
                default -> config.rotation() == null ? file(context, config, output) : rotated(context, config, output);
            };
            root.addAppender(behindQueue(context, appender));
        }
        Level level = Level.toLevel(config.level());
        root.setLevel(level);
        // Their warnings are about peers, with stacks; what is a fault of ours they call an error.
        for (String library : List.of("io.netty", "io.grpc")) {
            context.getLogger(library).setLevel(level == Level.DEBUG ? Level.WARN : Level.ERROR);
        }
    }

    /** Writes what waits, for a bounded time; later lines are lost. */
    public static void close() {
        root().detachAndStopAllAppenders();
    }

    /** Writes an error at once, in the caller's thread and past what waits: for a process that ends now. */
    public static void writeLast(org.slf4j.Logger logger, String message, Throwable cause) {
        LoggingEvent event =
                new LoggingEvent(Logging.class.getName(), (Logger) logger, Level.ERROR, message, cause, null);
        root().iteratorForAppenders().forEachRemaining(appender -> {
            if (appender instanceof AsyncAppender queue) {
                queue.iteratorForAppenders().forEachRemaining(writer -> writer.doAppend(event));
            } else {
                appender.doAppend(event);
            }
        });
    }

    private static LoggerContext context() {
        return (LoggerContext) LoggerFactory.getILoggerFactory();
    }

    private static Logger root() {
        return context().getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    private static Appender<ILoggingEvent> behindQueue(LoggerContext context, Appender<ILoggingEvent> writer) {
        AsyncAppender queue = new AsyncAppender();
        queue.setContext(context);
        queue.setName("assent-log");
        queue.setQueueSize(LINES_WAITING_MAX);
        queue.setDiscardingThreshold(0);
        queue.setNeverBlock(true);
        queue.setMaxFlushTime(FLUSH_MS_MAX);
        queue.addAppender(writer);
        queue.start();
        return queue;
    }

    private static Encoder<ILoggingEvent> encoder(LoggerContext context, LogConfig config) {
        Encoder<ILoggingEvent> encoder = config.json() ? new JsonLines(config.zone()) : text(config);
        encoder.setContext(context);
        encoder.start();
        return encoder;
    }

    private static PatternLayoutEncoder text(LogConfig config) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setPattern("%d{\"yyyy-MM-dd'T'HH:mm:ss.SSSXXX\", " + config.zone() + "} %-5level %logger{20} %msg%n");
        return encoder;
    }

    private static Appender<ILoggingEvent> console(LoggerContext context, LogConfig config, String target) {
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setTarget(target);
        appender.setEncoder(encoder(context, config));
        appender.start();
        return appender;
    }

    private static Appender<ILoggingEvent> file(LoggerContext context, LogConfig config, String name) {
        FileAppender<ILoggingEvent> appender = new FileAppender<>();
        appender.setContext(context);
        appender.setFile(name);
        appender.setEncoder(encoder(context, config));
        appender.start();
        return started(appender, name);
    }

    private static Appender<ILoggingEvent> rotated(LoggerContext context, LogConfig config, String name) {
        LogConfig.Rotation rotation = config.rotation();
        RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
        appender.setContext(context);
        appender.setFile(name);
        appender.setEncoder(encoder(context, config));
        FileSize size = new FileSize(rotation.maxSizeMb() * FileSize.MB_COEFFICIENT);
        String suffix = rotation.compress() ? ".gz" : "";
        if (rotation.maxBackups() > 0) {
            FixedWindowRollingPolicy window = new FixedWindowRollingPolicy();
            window.setContext(context);
            window.setParent(appender);
            window.setFileNamePattern(name + ".%i" + suffix);
            window.setMinIndex(1);
            window.setMaxIndex(rotation.maxBackups());
            window.start();
            SizeBasedTriggeringPolicy<ILoggingEvent> trigger = new SizeBasedTriggeringPolicy<>();
            trigger.setContext(context);
            trigger.setMaxFileSize(size);
            trigger.setCheckIncrement(EACH_LINE);
            trigger.start();
            appender.setRollingPolicy(window);
            appender.setTriggeringPolicy(trigger);
        } else {
            SizeAndTimeBasedRollingPolicy<ILoggingEvent> daily = new SizeAndTimeBasedRollingPolicy<>();
            daily.setContext(context);
            daily.setParent(appender);
            daily.setFileNamePattern(name + ".%d{yyyy-MM-dd}.%i" + suffix);
            daily.setMaxFileSize(size);
            daily.setMaxHistory(rotation.maxAgeDays());
            daily.start();
            appender.setRollingPolicy(daily);
        }
        appender.start();
        return started(appender, name);
    }

    private static Appender<ILoggingEvent> started(FileAppender<ILoggingEvent> appender, String name) {
        if (!appender.isStarted() || appender.getOutputStream() == null) {
            throw new BadSetting("Log.Outputs: file " + name + " can not be written");
        }
        return appender;
    }
}
