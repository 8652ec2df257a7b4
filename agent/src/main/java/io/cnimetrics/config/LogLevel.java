package io.cnimetrics.config;

/** The lowest severity that is logged. */
public enum LogLevel {
  ERROR,
  WARN,
  INFO,
  DEBUG,
  TRACE
}
