package io.cnimetrics.capacity;

/**
 * How many pod addresses a node can really reach.
 *
 * @param explanation how it comes about, such as {@code 18 = 2 ENIs × 9: custom networking takes
 *     the primary}
 */
public record EffectiveMaximum(long addresses, String explanation) {
  public EffectiveMaximum {
    if (addresses < 0) {
      throw new IllegalArgumentException("effective maximum " + addresses);
    }
  }
}
