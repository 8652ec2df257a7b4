package io.cnimetrics.config;

/** The least severe log lines that are written. */
public enum LogLevel {
  ERROR,
  WARN,
  INFO,
  DEBUG,
  TRACE
}
