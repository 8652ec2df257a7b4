package io.cnimetrics.catalog;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a metric in Prometheus and OTLP.
 *
 * @param family the name, with the base unit and, for a counter, with {@code _total}
 * @param labels the labels that distinguish the metrics of one family
 */
public record PrometheusName(String family, Map<String, String> labels) {
  private static final Pattern NOTATION = Pattern.compile("(\\w+)(?:\\{(\\w+)=\"(\\w+)\"})?");

  /** Reads the notation {@code family} or {@code family{label="value"}}. */
  static PrometheusName of(String notation) {
    Matcher read = NOTATION.matcher(notation);
    if (!read.matches()) {
      throw new IllegalArgumentException(notation);
    }
    return new PrometheusName(
        read.group(1), read.group(2) == null ? Map.of() : Map.of(read.group(2), read.group(3)));
  }

  /** The end of a PromQL condition such as {@code node="a"}: the operator and the quoted value. */
  public static String equal(String value) {
    return "=\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  /** The notation that PromQL uses for this name. */
  @Override
  public String toString() {
    return labels.entrySet().stream()
        .map(label -> "%s{%s%s}".formatted(family, label.getKey(), equal(label.getValue())))
        .findFirst()
        .orElse(family);
  }
}
