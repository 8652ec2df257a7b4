package io.cnimetrics.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.console.DashboardBody.Options;
import io.cnimetrics.testing.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A dashboard keeps CloudWatch's limits with each allowed number of clusters. */
class DashboardBodyTest {
  private static final String NAMESPACE = "Kubernetes/CNI";
  private static final Pattern ID = Pattern.compile("[a-z][A-Za-z0-9_]*");
  private static final Set<String> GROW = Set.of("Sum", "SampleCount", "TC(0.5:)");

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 14, 15})
  void widgetsFitTheGridWithoutOverlap(int clusters) {
    Grid grid = new Grid();
    widgets(clusters).forEach(widget -> grid.place(widget, "x", "y", "width", "height"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 14, 15})
  void dashboardKeepsTheLimitsOfCloudWatch(int clusters) {
    List<Map<?, ?>> widgets = widgets(clusters);

    assertThat(widgets).hasSizeLessThanOrEqualTo(500);
    assertThat(graphs(widgets))
        .allSatisfy(graph -> assertThat(entries(graph)).hasSizeBetween(1, 500));
    assertThat(graphs(widgets).stream().mapToInt(graph -> entries(graph).size()).sum())
        .isLessThanOrEqualTo(2_500);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void everySumIsShownPerMinute(int clusters) {
    for (Map<?, ?> graph : graphs(widgets(clusters))) {
      assertThat(graph.get("period")).isEqualTo(60.0);
      for (List<?> entry : metrics(graph)) {
        Map<?, ?> options = options(entry);
        if (GROW.contains(String.valueOf(options.get("stat")))) {
          assertThat(options.get("visible")).as("%s", entry).isEqualTo(false);
        }
      }
      for (String expression : expressions(graph)) {
        boolean ratio = expression.matches("IF\\((\\w+) > 0, 100 \\* \\w+ / \\1, 0\\)");
        boolean search = expression.startsWith("SORT(SEARCH(");
        assertThat(ratio || search || expression.contains("/ (PERIOD("))
            .as("%s", expression)
            .isTrue();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void expressionsUseOnlyIdsOfTheirGraph(int clusters) {
    for (Map<?, ?> graph : graphs(widgets(clusters))) {
      List<String> ids = new ArrayList<>();
      entries(graph).forEach(entry -> ids.add(String.valueOf(options(entry).get("id"))));
      assertThat(ids).doesNotHaveDuplicates().allMatch(id -> ID.matcher(id).matches());
      for (String expression : expressions(graph)) {
        if (!expression.contains("SEARCH")) {
          assertThat(expression.split("[^A-Za-z0-9_.]+"))
              .filteredOn(word -> ID.matcher(word).matches())
              .isNotEmpty()
              .isSubsetOf(ids);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void graphsShowTheThresholdsOfAllAlarms(int clusters) {
    List<String> labels = new ArrayList<>();
    for (Map<?, ?> graph : graphs(widgets(clusters))) {
      if (graph.get("annotations") instanceof Map<?, ?> annotations) {
        Json.members(annotations, "horizontal")
            .forEach(line -> labels.add(String.valueOf(line.get("label"))));
      }
    }

    assertThat(AlarmTable.PAGES).allSatisfy(alarm -> assertThat(labels).anyMatch(of(alarm)));
    assertThat(AlarmTable.TICKETS).allSatisfy(alarm -> assertThat(labels).anyMatch(of(alarm)));
    assertThat(labels).contains("page below 16: A subnet is empty");
  }

  /** The reader selects a cluster, and sees the dashboard of this cluster below the tables. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void fleetHasTheDetailsOfTheSelectedCluster(boolean otlp) {
    Options options = new Options(true, otlp, 1);
    DashboardBody.Cluster prod = new DashboardBody.Cluster("prod", "eu-west-1", Optional.empty());
    Map<?, ?> fleet = Json.object(DashboardBody.ofFleet(List.of("eu-west-1"), NAMESPACE, options));
    Map<?, ?> variable = Json.members(fleet, "variables").get(0);
    String selected = String.valueOf(variable.get("pattern"));

    List<String> shown =
        properties(Json.members(fleet, "widgets")).stream()
            .map(text -> text.replaceAll(selected, "prod"))
            .toList();
    List<String> details =
        properties(
            Json.members(
                Json.object(DashboardBody.of(List.of(prod), NAMESPACE, options)), "widgets"));
    assertThat(shown).endsWith(details.toArray(String[]::new));
    assertThat(shown.subList(0, shown.size() - details.size()))
        .hasSize(otlp ? 12 : 7)
        .noneMatch(text -> text.contains("prod"));
  }

  @Test
  void fleetOfSeveralRegionsHasNoCluster() {
    String body =
        DashboardBody.ofFleet(
            List.of("eu-west-1", "us-east-1"), NAMESPACE, new Options(true, true, 1));

    assertThat(body).contains("eu-west-1", "us-east-1").doesNotContain("SELECTED", "variables");
    assertThat(graphs(Json.members(Json.object(body), "widgets")))
        .hasSize(12)
        .allSatisfy(table -> assertThat(table.get("view")).isEqualTo("table"));
  }

  private static List<String> properties(List<Map<?, ?>> widgets) {
    return widgets.stream().map(widget -> String.valueOf(widget.get("properties"))).toList();
  }

  private static Predicate<String> of(Alarm alarm) {
    return label ->
        label.endsWith(" %d: %s".formatted(alarm.threshold().value(), alarm.text().title()));
  }

  private static List<Map<?, ?>> widgets(int clusters) {
    List<DashboardBody.Cluster> watched =
        IntStream.range(0, clusters)
            .mapToObj(
                n ->
                    new DashboardBody.Cluster(
                        "cluster-" + n,
                        n % 2 == 0 ? "eu-west-1" : "us-east-1",
                        Optional.of("111122223333").filter(account -> n > 0)))
            .toList();
    boolean otlp = clusters <= new Options(true, true, 1).mostClusters();
    String body = DashboardBody.of(watched, NAMESPACE, new Options(true, otlp, 1));
    return Json.members(Json.object(body), "widgets");
  }

  private static List<Map<?, ?>> graphs(List<Map<?, ?>> widgets) {
    List<Map<?, ?>> graphs = new ArrayList<>();
    for (Map<?, ?> widget : widgets) {
      if ("metric".equals(widget.get("type"))) {
        graphs.add(Json.member(widget, "properties"));
      }
    }
    return graphs;
  }

  private static List<List<?>> entries(Map<?, ?> graph) {
    List<List<?>> entries = new ArrayList<>();
    ((List<?>) Objects.requireNonNull(graph.get("metrics")))
        .forEach(entry -> entries.add((List<?>) entry));
    return entries;
  }

  private static List<List<?>> metrics(Map<?, ?> graph) {
    return entries(graph).stream().filter(entry -> entry.size() > 1).toList();
  }

  private static List<String> expressions(Map<?, ?> graph) {
    return entries(graph).stream()
        .filter(entry -> entry.size() == 1)
        .map(entry -> String.valueOf(options(entry).get("expression")))
        .toList();
  }

  private static Map<?, ?> options(List<?> entry) {
    return (Map<?, ?>) entry.get(entry.size() - 1);
  }
}
