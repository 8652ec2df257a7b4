package io.cnimetrics.health;

/**
 * What runs.
 *
 * @param version the agent's
 * @param javaVersion the runtime's
 */
public record BuildInfo(String version, String javaVersion) {
  /** The agent of the given version on this runtime. */
  public static BuildInfo of(String version) {
    return new BuildInfo(version, Runtime.version().toString());
  }
}
