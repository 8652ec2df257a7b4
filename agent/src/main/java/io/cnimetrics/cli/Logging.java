package io.cnimetrics.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.Layout;
import ch.qos.logback.core.LayoutBase;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.util.CachingDateFormatter;
import io.cnimetrics.config.AgentConfig.LogFormat;
import io.cnimetrics.text.Json;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Configures Logback in code, because Logback's XML parser would use memory on each node. Log lines
 * go to standard error, because standard output is for the output of the command.
 */
public final class Logging extends ContextAwareBase implements Configurator {
  /** Logback loads this class as a service. The level is WARN until the settings are known. */
  public Logging() {}

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    setUp(context, Level.WARN, LogFormat.TEXT);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  static void configure(org.slf4j.event.Level level, LogFormat format) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    setUp(context, Level.convertAnSLF4JLevel(level), format);
  }

  private static void setUp(LoggerContext context, Level level, LogFormat format) {
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setTarget("System.err");
    appender.setEncoder(encoder(context, format));
    appender.start();
    ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.addAppender(appender);
    root.setLevel(Level.WARN);
    forwardJdkLogs();
    context.getLogger("io.cnimetrics").setLevel(level);
  }

  /** OkHttp and the JDK log with java.util.logging, which has another line format. */
  private static void forwardJdkLogs() {
    LogManager.getLogManager().reset();
    LogManager.getLogManager().getLogger("").addHandler(new Forwarding());
  }

  private static Encoder<ILoggingEvent> encoder(LoggerContext context, LogFormat format) {
    Layout<ILoggingEvent> layout = format == LogFormat.JSON ? new FlatJson() : new Text();
    layout.setContext(context);
    layout.start();
    LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
    encoder.setContext(context);
    encoder.setCharset(UTF_8);
    encoder.setLayout(layout);
    encoder.start();
    return encoder;
  }

  private static CachingDateFormatter time() {
    return new CachingDateFormatter("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", ZoneOffset.UTC);
  }

  /** Passes warnings of java.util.logging on to Logback. Ignores records of other levels. */
  private static final class Forwarding extends Handler {
    @Override
    public void publish(LogRecord record) {
      if (record.getLevel().intValue() >= java.util.logging.Level.WARNING.intValue()) {
        LoggerFactory.getLogger(String.valueOf(record.getLoggerName()))
            .warn(new SimpleFormatter().formatMessage(record), record.getThrown());
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  /** Writes the time, the level, the class and the message on one line. */
  private static final class Text extends LayoutBase<ILoggingEvent> {
    private final CachingDateFormatter time = time();

    @Override
    public String doLayout(ILoggingEvent event) {
      String logger = event.getLoggerName();
      return "%s %-5s %s %s%n"
          .formatted(
              time.format(event.getTimeStamp()),
              event.getLevel(),
              logger.substring(logger.lastIndexOf('.') + 1),
              LogText.of(event));
    }
  }

  /**
   * Writes one flat JSON object per line, with the formatted message. Logback's own encoder would
   * write the template and the arguments separately, and the time as a number.
   */
  private static final class FlatJson extends LayoutBase<ILoggingEvent> {
    private final CachingDateFormatter time = time();

    @Override
    public String doLayout(ILoggingEvent event) {
      Optional<String> exception =
          Optional.ofNullable(event.getThrowableProxy()).map(ThrowableProxyUtil::asString);
      Map<String, Object> line =
          Json.object(
              "timestamp", time.format(event.getTimeStamp()),
              "level", event.getLevel().toString(),
              "logger", event.getLoggerName(),
              "thread", event.getThreadName(),
              "message", event.getFormattedMessage(),
              "exception", exception);
      return Json.compact(line) + "\n";
    }
  }
}
