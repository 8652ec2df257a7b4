package io.cnimetrics.health;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What this package logs, as {@code LEVEL message}. */
final class RecordedLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  private static final Logger LOG = (Logger) LoggerFactory.getLogger("io.cnimetrics.health");

  private final List<String> lines = new CopyOnWriteArrayList<>();

  RecordedLog() {
    LOG.setLevel(Level.INFO);
    LOG.addAppender(this);
    start();
  }

  List<String> lines() {
    return lines;
  }

  @Override
  public void close() {
    LOG.detachAppender(this);
    LOG.setLevel(null);
  }

  @Override
  protected void append(ILoggingEvent event) {
    lines.add(event.getLevel() + " " + event.getFormattedMessage());
  }
}
