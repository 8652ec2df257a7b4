package io.cnimetrics.health;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads OpenMetrics text. Accepts only the parts of the specification that this agent uses. */
final class OpenMetrics {
  private static final Pattern METADATA =
      Pattern.compile("# (HELP|TYPE|UNIT) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)");
  private static final Pattern SAMPLE =
      Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{.*})? (\\S+)");
  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\n]|\\\\[\\\\\"n])*)\"(,|$)");
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?");
  private static final Map<String, Set<String>> SUFFIXES =
      Map.of(
          "gauge", Set.of(""),
          "counter", Set.of("_total"),
          "info", Set.of("_info"),
          "histogram", Set.of("_bucket", "_count", "_sum"));

  private final Map<String, Family> families = new LinkedHashMap<>();

  private OpenMetrics() {}

  /** Reads a whole text. If the text is wrong, the error contains the reason. */
  static OpenMetrics read(String text) {
    assertThat(text).endsWith("\n# EOF\n");
    OpenMetrics read = new OpenMetrics();
    String body = text.substring(0, text.length() - "# EOF\n".length());
    List.of(body.split("\n")).forEach(read::line);
    read.families.values().forEach(Family::check);
    read.checkNames();
    return read;
  }

  Set<String> names() {
    return families.keySet();
  }

  List<Family> families() {
    return List.copyOf(families.values());
  }

  Family family(String name) {
    return requireNonNull(families.get(name), name);
  }

  /** The value of the sample with the given labels. */
  double value(String family, Map<String, String> labels) {
    return family(family).samples.stream()
        .filter(sample -> sample.labels().equals(labels))
        .mapToDouble(Sample::value)
        .findFirst()
        .orElseThrow();
  }

  private void line(String line) {
    Matcher metadata = METADATA.matcher(line);
    if (metadata.matches()) {
      lastFamily(metadata.group(2)).describe(metadata.group(1), metadata.group(3));
      return;
    }
    Matcher sample = SAMPLE.matcher(line);
    assertThat(sample.matches()).as(line).isTrue();
    String labels = sample.group(2) == null ? "" : sample.group(2);
    last().add(sample.group(1), labels(labels), number(sample.group(3)));
  }

  /**
   * All lines of a family must be together, so a line belongs to the last family or to a new
   * family.
   */
  private Family lastFamily(String name) {
    if (families.containsKey(name)) {
      assertThat(last().name).as("family in one piece").isEqualTo(name);
    }
    return families.computeIfAbsent(name, Family::new);
  }

  private Family last() {
    assertThat(families).as("metadata come before samples").isNotEmpty();
    return families().get(families.size() - 1);
  }

  /** Two families must not share the name of a sample. */
  private void checkNames() {
    Set<String> taken = new HashSet<>();
    for (Family family : families.values()) {
      assertThat(taken.add(family.name)).as(family.name).isTrue();
      SUFFIXES.getOrDefault(family.type(), Set.of()).stream()
          .filter(suffix -> !suffix.isEmpty())
          .forEach(suffix -> assertThat(taken.add(family.name + suffix)).as(family.name).isTrue());
    }
  }

  private static Map<String, String> labels(String braced) {
    Map<String, String> labels = new LinkedHashMap<>();
    if (!braced.isEmpty()) {
      String inside = braced.substring(1, braced.length() - 1);
      Matcher label = LABEL.matcher(inside);
      int end = 0;
      while (end < inside.length()) {
        assertThat(label.find() && label.start() == end).as(braced).isTrue();
        assertThat(labels.put(label.group(1), unescaped(label.group(2)))).as(braced).isNull();
        end = label.end();
      }
      assertThat(inside).doesNotEndWith(",");
    }
    return labels;
  }

  private static String unescaped(String value) {
    return Pattern.compile("\\\\(.)")
        .matcher(value)
        .replaceAll(
            escape ->
                Matcher.quoteReplacement(escape.group(1).equals("n") ? "\n" : escape.group(1)));
  }

  private static double number(String text) {
    if (text.equals("+Inf")) {
      return Double.POSITIVE_INFINITY;
    }
    assertThat(text).matches(NUMBER);
    return Double.parseDouble(text);
  }

  /** One sample. */
  record Sample(String name, Map<String, String> labels, double value) {}

  /** A metric family. */
  static final class Family {
    private final String name;
    private final Map<String, String> metadata = new HashMap<>();
    private final List<Sample> samples = new ArrayList<>();

    private Family(String name) {
      this.name = name;
    }

    String type() {
      return metadata.getOrDefault("TYPE", "");
    }

    String unit() {
      return metadata.getOrDefault("UNIT", "");
    }

    List<Sample> samples() {
      return samples;
    }

    private void describe(String kind, String text) {
      assertThat(samples).as("%s of %s comes before its samples", kind, name).isEmpty();
      assertThat(metadata.put(kind, text)).as("%s of %s", kind, name).isNull();
    }

    private void add(String sampleName, Map<String, String> labels, double value) {
      assertThat(sampleName).startsWith(name);
      assertThat(SUFFIXES.getOrDefault(type(), Set.of()))
          .as("suffix of " + sampleName)
          .contains(sampleName.substring(name.length()));
      assertThat(samples)
          .noneMatch(other -> other.name().equals(sampleName) && other.labels().equals(labels));
      samples.add(new Sample(sampleName, labels, value));
    }

    private void check() {
      assertThat(metadata).as(name).containsKeys("HELP", "TYPE");
      assertThat(samples).as(name).isNotEmpty();
      if (!unit().isEmpty()) {
        assertThat(name).endsWith("_" + unit());
      }
      switch (type()) {
        case "counter" ->
            assertThat(samples).allMatch(sample -> sample.value() >= 0).as(name).isNotEmpty();
        case "info" -> assertThat(samples).allMatch(sample -> sample.value() == 1);
        case "histogram" -> checkBuckets();
        default -> assertThat(type()).isEqualTo("gauge");
      }
    }

    private void checkBuckets() {
      List<Sample> buckets = named("_bucket");
      List<Double> bounds =
          buckets.stream()
              .map(bucket -> number(requireNonNull(bucket.labels().get("le"))))
              .toList();
      List<Double> counts = buckets.stream().map(Sample::value).toList();
      assertThat(bounds).isSorted().doesNotHaveDuplicates().endsWith(Double.POSITIVE_INFINITY);
      assertThat(counts).isSorted();
      assertThat(named("_count")).hasSize(1);
      assertThat(named("_count").get(0).value()).isEqualTo(counts.get(counts.size() - 1));
      assertThat(named("_sum")).hasSize(1);
    }

    private List<Sample> named(String suffix) {
      return samples.stream().filter(sample -> sample.name().equals(name + suffix)).toList();
    }
  }
}
