package io.assent.server.config;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.Duration;
import ch.qos.logback.core.util.FileSize;
import org.slf4j.LoggerFactory;

/** Points the logging library where the settings say. Until then it writes to standard error at level info. */
public final class Logging {
    /** Lines are rare: the size is looked at with each. */
    private static final Duration EACH_LINE = Duration.buildByMilliseconds(0);

    private Logging() {}

    /** Replaces the outputs of the whole process. A file that can not be opened is a {@link BadSetting}. */
    public static void apply(LogConfig config) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.detachAndStopAllAppenders();
        for (String output : config.outputs()) {
            Appender<ILoggingEvent> appender = switch (output) {
                case "stderr" -> console(context, config, "System.err");
                case "stdout" -> console(context, config, "System.out");
                default -> config.rotation() == null ? file(context, config, output) : rotated(context, config, output);
            };
            root.addAppender(appender);
        }
        root.setLevel(Level.toLevel(config.level()));
    }

    private static PatternLayoutEncoder encoder(LoggerContext context, LogConfig config) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%d{\"yyyy-MM-dd'T'HH:mm:ss.SSSXXX\", " + config.zone() + "} %-5level %logger{20} %msg%n");
        encoder.start();
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
