package io.cnimetrics.config;

/** How a log line is written. */
public enum LogFormat {
  TEXT,
  JSON
}
