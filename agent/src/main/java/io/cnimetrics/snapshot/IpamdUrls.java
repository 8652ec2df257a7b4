package io.cnimetrics.snapshot;

/** The URLs at which ipamD listens by default. */
public final class IpamdUrls {
  public static final int INTROSPECTION_PORT = 61_679;

  /** No setting of ipamD changes this port. */
  public static final int METRICS_PORT = 61_678;

  public static final String INTROSPECTION = "http://127.0.0.1:" + INTROSPECTION_PORT;
  public static final String METRICS = "http://127.0.0.1:" + METRICS_PORT + "/metrics";

  private IpamdUrls() {}
}
