package io.cnimetrics.snapshot;

import java.util.Set;
import java.util.TreeSet;

/**
 * Selects samples of one Prometheus name. The agent adds up these samples. A series selects all
 * samples of the name, or only the samples whose label has one of the given values.
 *
 * @param name the sample's name, such as {@code awscni_ipamd_error_count}
 * @param label the label that selects samples; empty to select all samples
 * @param values the values of this label in the selected samples
 */
public record Series(String name, String label, Set<String> values) {
  public Series {
    values = Set.copyOf(values);
    if (name.isEmpty() || label.isEmpty() != values.isEmpty()) {
      throw new IllegalArgumentException(
          "invalid series: name '%s', label '%s', values %s".formatted(name, label, values));
    }
  }

  /** The selector in PromQL, such as {@code name{label=~"a|b"}}. */
  @Override
  public String toString() {
    return label.isEmpty()
        ? name
        : "%s{%s=~\"%s\"}".formatted(name, label, String.join("|", new TreeSet<>(values)));
  }

  /** Selects every sample of the name. */
  public static Series of(String name) {
    return new Series(name, "", Set.of());
  }
}
