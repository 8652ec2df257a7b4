package io.cnimetrics.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.cnimetrics.cli.LogText;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** The log events of a class or package, from INFO on. */
public final class RecordedLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  private final Logger logger;
  private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();

  /**
   * @param logger the name of the class or package
   */
  public RecordedLog(String logger) {
    this.logger = (Logger) LoggerFactory.getLogger(logger);
    this.logger.setLevel(Level.INFO);
    this.logger.addAppender(this);
    start();
  }

  /** Each event as {@code LEVEL message}. */
  public List<String> lines() {
    return events.stream()
        .map(event -> event.getLevel() + " " + event.getFormattedMessage())
        .toList();
  }

  /** The messages as in a log of format text. */
  public List<String> texts() {
    return events.stream().map(LogText::of).toList();
  }

  public List<String> messages() {
    return events.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  @Override
  public void close() {
    logger.detachAppender(this);
    logger.setLevel(null);
  }

  @Override
  protected void append(ILoggingEvent event) {
    events.add(event);
  }
}
