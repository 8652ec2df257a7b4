package io.cnimetrics.snapshot;

import java.util.Set;
import java.util.TreeSet;

/**
 * Samples of one Prometheus name that are added up to one number: all of them, or those with one of
 * the given values of a label.
 *
 * @param name the sample's name, such as {@code awscni_ipamd_error_count}
 * @param label the label that selects samples; empty for all samples
 * @param values the values of that label that count
 */
public record Series(String name, String label, Set<String> values) {
  public Series {
    values = Set.copyOf(values);
    if (name.isEmpty() || label.isEmpty() != values.isEmpty()) {
      throw new IllegalArgumentException(
          "series '%s' by label '%s' with values %s".formatted(name, label, values));
    }
  }

  /** As PromQL would select it, such as {@code name{label=~"a|b"}}. */
  @Override
  public String toString() {
    return label.isEmpty()
        ? name
        : "%s{%s=~\"%s\"}".formatted(name, label, String.join("|", new TreeSet<>(values)));
  }

  /** Every sample of that name. */
  public static Series of(String name) {
    return new Series(name, "", Set.of());
  }

  /** The samples of that name whose label has one of the values. */
  public static Series of(String name, String label, Set<String> values) {
    return new Series(name, label, values);
  }
}
