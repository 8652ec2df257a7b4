package io.cnimetrics.simulator;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A release of the VPC CNI, all of which are 1.x.
 *
 * @param minor such as 23 in {@code v1.23.1}
 * @param patch such as 1 in {@code v1.23.1}
 */
public record CniVersion(int minor, int patch) {
  /** The newest release whose output the simulator knows. */
  public static final CniVersion NEWEST = new CniVersion(23, 1);

  // EKS appends its own build number, as in v1.20.4-eksbuild.2.
  private static final Pattern TEXT = Pattern.compile("v?1\\.(\\d{1,3})\\.(\\d{1,3})(?:-.*)?");

  /**
   * Reads a version such as {@code v1.23.1}; what follows a hyphen is ignored.
   *
   * @throws IllegalArgumentException if the text is not a version
   */
  public static CniVersion parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "CNI version '%s': expected a release such as v1.23.1".formatted(text));
    }
    return new CniVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  /** Whether this is release 1.{@code minor}.{@code patch} or a later one. */
  public boolean atLeast(int minor, int patch) {
    return this.minor > minor || (this.minor == minor && this.patch >= patch);
  }

  /** The value if this is release 1.{@code minor}.{@code patch} or a later one. */
  <T> Optional<T> since(int minor, int patch, T value) {
    return atLeast(minor, patch) ? Optional.of(value) : Optional.empty();
  }

  /** The value if this is a release before 1.{@code minor}.{@code patch}. */
  <T> Optional<T> before(int minor, int patch, T value) {
    return atLeast(minor, patch) ? Optional.empty() : Optional.of(value);
  }

  @Override
  public String toString() {
    return "v1.%d.%d".formatted(minor, patch);
  }
}
