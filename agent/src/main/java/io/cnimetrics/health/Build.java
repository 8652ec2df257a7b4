package io.cnimetrics.health;

/**
 * What runs.
 *
 * @param version the agent's
 * @param javaVersion the runtime's
 */
public record Build(String version, String javaVersion) {
  /** The agent of the given version on this runtime. */
  public static Build of(String version) {
    return new Build(version, Runtime.version().toString());
  }
}
