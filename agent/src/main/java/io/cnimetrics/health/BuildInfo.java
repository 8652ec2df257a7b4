package io.cnimetrics.health;

/**
 * The versions of the running agent.
 *
 * @param version the version of the agent
 * @param javaVersion the version of the Java runtime
 */
public record BuildInfo(String version, String javaVersion) {
  /** The agent of the given version on this runtime. */
  public static BuildInfo of(String version) {
    return new BuildInfo(version, Runtime.version().toString());
  }
}
