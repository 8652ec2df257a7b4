package io.cnimetrics.simulator;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A release of the VPC CNI. Each release number starts with 1.
 *
 * @param minor the second number, such as 23 in {@code v1.23.1}
 * @param patch the third number, such as 1 in {@code v1.23.1}
 */
public record CniVersion(int minor, int patch) {
  /** The newest release whose output the simulator can write. */
  static final CniVersion NEWEST = new CniVersion(23, 2);

  // EKS appends a build number, such as in v1.20.4-eksbuild.2.
  private static final Pattern TEXT = Pattern.compile("v?1\\.(\\d{1,3})\\.(\\d{1,3})(?:-.*)?");

  /**
   * Reads a version such as {@code v1.23.1}. A hyphen and all text after the hyphen are ignored.
   *
   * @throws IllegalArgumentException if the text is not a version
   */
  public static CniVersion parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("'%s' is not a release such as v1.23.1".formatted(text));
    }
    return new CniVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  /** Whether this release is 1.{@code minor}.{@code patch} or later. */
  public boolean atLeast(int minor, int patch) {
    return this.minor > minor || (this.minor == minor && this.patch >= patch);
  }

  /** Returns the value if this release is 1.{@code minor}.{@code patch} or later, else empty. */
  <T> Optional<T> since(int minor, int patch, T value) {
    return atLeast(minor, patch) ? Optional.of(value) : Optional.empty();
  }

  /** Returns the value if this release is older than 1.{@code minor}.{@code patch}, else empty. */
  <T> Optional<T> before(int minor, int patch, T value) {
    return atLeast(minor, patch) ? Optional.empty() : Optional.of(value);
  }

  @Override
  public String toString() {
    return "v1.%d.%d".formatted(minor, patch);
  }
}
