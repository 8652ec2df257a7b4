package io.cnimetrics.config;

/** The format of log lines. */
public enum LogFormat {
  TEXT,
  JSON
}
