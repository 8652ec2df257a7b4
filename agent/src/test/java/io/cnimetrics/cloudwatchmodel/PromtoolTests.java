package io.cnimetrics.cloudwatchmodel;

import static io.cnimetrics.cloudwatchmodel.AlarmStoriesTest.BEFORE;
import static io.cnimetrics.cloudwatchmodel.AlarmStoriesTest.node;
import static io.cnimetrics.text.Json.object;

import io.cnimetrics.agent.ModelCluster.Arrival;
import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.cloudwatchmodel.MetricStore.Stored;
import io.cnimetrics.console.Alarm;
import io.cnimetrics.console.AlarmTable;
import io.cnimetrics.testing.Json;
import io.cnimetrics.testing.Stack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Writes the alarms in PromQL and the series of the stories as unit tests for Prometheus' promtool.
 * promtool reads YAML, and the JSON written here is valid YAML.
 */
final class PromtoolTests {
  private static final Set<String> METRICS =
      AlarmTable.all().stream()
          .flatMap(alarm -> alarm.metrics().stream())
          .map(Metric::name)
          .collect(Collectors.toSet());

  private static final Set<String> DURATIONS =
      MetricCatalog.all().stream()
          .filter(metric -> metric.unit() == Metric.Unit.MINUTES)
          .map(metric -> metric.prometheus().family())
          .collect(Collectors.toSet());

  /** With this publish interval, the newest point can be {@link #LATE} minutes old. */
  private static final int LONGEST_INTERVAL = 5;

  private static final int LATE = 7;

  private static final int QUIET_MINUTES =
      Math.toIntExact(Duration.between(Story.START, Story.QUIET_UNTIL).toMinutes());

  private static final String FIRED =
      "group by (alertname, node, subnet_id) (count_over_time(ALERTS{alertstate=\"firing\"}[%dm]))";

  private static final Pattern QUERY =
      Pattern.compile("\"(?:expr|language\": \"PromQL\", \"query)\": \"((?:[^\"\\\\]|\\\\.)*)\"");

  private final Path folder;
  private int written;

  private PromtoolTests(Path folder) {
    this.folder = folder;
  }

  public static void main(String[] arguments) throws IOException {
    PromtoolTests tests = new PromtoolTests(Files.createDirectories(Path.of(arguments[0])));
    tests.writeRules();
    tests.writeDashboards();
    tests.writeTruth(Path.of(arguments[0], "state"));
    tests.writeTroubles();
    tests.writeQuiet();
    tests.writeSubnets();
    System.out.println(tests.written + " stories");
  }

  private void writeRules() throws IOException {
    for (int minutes : List.of(1, LONGEST_INTERVAL)) {
      String interval = "--publish-interval=%dm".formatted(minutes);
      Files.writeString(
          folder.resolve("prometheus-%dm.yaml".formatted(minutes)),
          Printed.of("alarms", "--format=prometheus", interval));
      write("promql-%dm".formatted(minutes), promql(interval));
    }
  }

  /**
   * promtool checks the syntax of queries only in rules, so each query of a dashboard becomes a
   * rule.
   */
  private void writeDashboards() throws IOException {
    for (int minutes : List.of(1, LONGEST_INTERVAL)) {
      List<Object> rules = new ArrayList<>();
      for (String query : graphs(minutes)) {
        rules.add(object("record", "graph", "expr", query, "labels", object("query", query)));
      }
      write(
          "prometheus-dashboard-%dm".formatted(minutes),
          object("groups", List.of(object("name", "dashboard", "rules", rules))));
    }
  }

  /** Lines of Grafana's dashboard show the true values. */
  private void writeTruth(Path state) throws IOException {
    Story story = new Hour(1, state).story;
    int end = story.existed.size();
    Set<String> all = new HashSet<>(MetricCatalog.names());
    write(
        "an hour on the dashboard of Grafana",
        series(all, story, end, 1, end),
        1,
        GrafanaTruth.queries(story),
        List.of());
  }

  /** The queries of the dashboards, with values in place of Grafana's variables. */
  private static List<String> graphs(int publishMinutes) {
    String interval = "--publish-interval=%dm".formatted(publishMinutes);
    String printed =
        Printed.of("dashboard", "--format=grafana", "--subnets=true", interval)
            + Printed.of("dashboard", "--region=eu-west-1", "--otlp=true", interval)
            + Printed.of("dashboard", "--fleet", "--region=eu-west-1", "--otlp=true", interval);
    return QUERY
        .matcher(printed)
        .results()
        .map(query -> query.group(1).replace("\\\"", "\""))
        .map(query -> query.replace("$cluster", "prod").replace("$node", ".*"))
        .map(query -> query.replace("$__rate_interval", "20m").replace("$__range", "3h"))
        .distinct()
        .toList();
  }

  private static Map<String, Object> promql(String interval) {
    List<Object> rules = new ArrayList<>();
    Map<String, String> on = Map.of("NodesNearlyFullAlarm", "true", "NodeSilentAlarm", "true");
    Stack.of(Printed.of("alarms", "--format=promql", interval), on)
        .alarms()
        .forEach(
            (id, alarm) -> {
              Map<?, ?> query =
                  Json.member(Json.member(alarm, "EvaluationCriteria"), "PromQLCriteria");
              double pending = (Double) Objects.requireNonNull(query.get("PendingPeriod"));
              rules.add(
                  object(
                      "alert", "Promql" + id,
                      "expr", Objects.requireNonNull(query.get("Query")),
                      "for", Math.round(pending) + "s"));
            });
    return object("groups", List.of(object("name", "promql", "rules", rules)));
  }

  /** Each alarm starts on the node in trouble, and ends after the trouble. */
  private void writeTroubles() throws IOException {
    String seven = node(7);
    trouble("pods are refused", 6, 5, "PodsGetNoAddress", seven);
    trouble("instance metadata is away", 6, 5, "PodsGetNoAddress", seven);
    trouble("addresses leak", 6, 5, "PodsGetNoAddress", seven);
    trouble("pods start and end too fast", 15, 12, "PodsGetNoAddress WarmPoolEmpty", seven);
    trouble("ipamD is down", 8, 7, "IpamdDown", seven);
    trouble("ipamD restarts each minute", 6, 5, "IpamdCrashLoop", seven);
    trouble("a subnet becomes empty", 8, 5, "SubnetEmpty", "");
    trouble("a pool does not grow", 15, 12, "WarmPoolEmpty", seven);
    trouble("EC2 denies", 8, 7, "Ec2Denies", seven);
    trouble("EC2 throttles", 8, 7, "Ec2Throttles", seven);
    trouble("nodes fill up", 22, 20, "NodesNearlyFull", "");

    write(
        "ipamD of a new node never starts",
        AlarmStoriesTest.ipamdNeverStarts(1),
        8,
        fired("IpamdDown", List.of(node(20))));
    writeLongPauses();

    // Fewer than five bad minutes start no alarm.
    for (String events : List.of("EC2 denies", "EC2 throttles")) {
      Story story = AlarmStoriesTest.trouble(events, 3, 1, node(7), 0);
      write(events + " for a short time", story, 20, Map.of());
    }

    Story lost = AlarmStoriesTest.cluster(1);
    lost.minutes(BEFORE, minute -> {});
    lost.minutes(1, minute -> lost.node(node(3)).count("forceRemoveIPs", 1));
    lost.minutes(AlarmStoriesTest.AFTER, minute -> {});
    write("a pod loses its address", lost, 4, fired("PodsLostAddress", List.of(node(3))));

    Map<String, List<String>> silent = fired("NodeSilent", List.of(node(5)));
    write("a node is silent", silence(List.of(node(5)), story -> {}), 17, silent);
    // Without kube-state-metrics the alert cannot distinguish a removed node from a silent node.
    silent.remove("CniNodeSilent");
    Story ended = silence(List.of(), story -> story.lose(node(5)));
    write("a node is terminated", ended, 17, silent);

    Map<String, List<String>> all = fired("NodeSilent", AlarmStoriesTest.names());
    all.putAll(fired("NoData", List.of("")));
    write("all nodes are silent", silence(AlarmStoriesTest.names(), story -> {}), 22, all);
  }

  /** The alert of a crash loop does not end between two restarts. */
  private void writeLongPauses() throws IOException {
    Map<String, List<String>> expected = fired("IpamdCrashLoop", List.of(node(7)));
    List<Object> queries = new ArrayList<>();
    for (int minute = BEFORE + 20; minute < BEFORE + 70; minute++) {
      queries.add(query(FIRED.formatted(1), minute, samples(expected)));
    }
    write("a crash loop with long pauses", AlarmStoriesTest.crashLoop(1, 7), queries, List.of());
  }

  private void trouble(String events, int minutes, int latest, String alarms, String node)
      throws IOException {
    Map<String, List<String>> expected = new LinkedHashMap<>();
    Arrays.stream(alarms.split(" ")).forEach(id -> expected.putAll(fired(id, List.of(node))));
    Story story = AlarmStoriesTest.trouble(events, minutes, 1, node(7), 0);
    write(events, story, latest, expected);
    int newest = BEFORE + minutes;
    write(
        events + " with late points",
        series(story, newest, LONGEST_INTERVAL, newest),
        LONGEST_INTERVAL,
        List.of(query(FIRED.formatted(1), newest + LATE, samples(expected))),
        List.of());
    // One point in five minutes, in each phase of the interval.
    for (int phase = 0; phase < LONGEST_INTERVAL; phase++) {
      writeThinned(events + " in phase " + phase, story, phase, expected);
    }
  }

  private void writeThinned(String name, Story story, int phase, Map<String, List<String>> expected)
      throws IOException {
    int end = story.existed.size();
    write(
        name,
        series(story, end, LONGEST_INTERVAL, end - phase),
        LONGEST_INTERVAL,
        List.of(
            query(FIRED.formatted(end - QUIET_MINUTES), end, samples(expected)),
            query("ALERTS{alertstate=\"firing\"}", end, List.of())),
        List.of());
  }

  /** A story in which these agents stop for 30 minutes. */
  private static Story silence(List<String> names, Consumer<Story> event) {
    Story story = AlarmStoriesTest.cluster(1);
    story.minutes(BEFORE, minute -> {});
    names.forEach(story.cluster::stop);
    event.accept(story);
    story.minutes(30, minute -> {});
    names.forEach(name -> story.startAgent(name, Optional.empty()));
    story.minutes(40, minute -> {});
    return story;
  }

  private static Map<String, List<String>> fired(String alarm, List<String> nodes) {
    Map<String, List<String>> fired = new LinkedHashMap<>();
    fired.put("Cni" + alarm, nodes);
    fired.put("Promql" + alarm, nodes);
    return fired;
  }

  /** Writes the stories in which no alert pages. */
  private void writeQuiet() throws IOException {
    Map<String, Map<String, List<String>>> tickets =
        Map.of(
            "a batch fills all nodes for an hour", fired("NodesNearlyFull", List.of("")),
            "the cluster scales to zero and back", fired("NoData", List.of("")));
    for (Map.Entry<String, Story> each : QuietStoriesTest.inTime().entrySet()) {
      Story story = each.getValue();
      int end = story.existed.size();
      String fired =
          FIRED
              .replace("firing\"", "firing\",alertname!=\"PromqlNodeSilent\"")
              .formatted(end - QUIET_MINUTES);
      Object samples = samples(tickets.getOrDefault(each.getKey(), Map.of()));
      write(each.getKey(), story, List.of(query(fired, end, samples)), List.of());
      write(
          each.getKey() + " with a point in five minutes",
          series(story, end, LONGEST_INTERVAL, end),
          LONGEST_INTERVAL,
          List.of(query(fired, end, samples)),
          List.of());
    }
  }

  /** With a value each minute, and with a value every five minutes. */
  private void writeSubnets() throws IOException {
    Map<String, List<String>> soon = fired("SubnetEmptySoon", List.of(""));
    Object samples = samples(soon);
    String fired =
        FIRED.replace("firing\"", "firing\",alertname=~\".*SubnetEmptySoon\"").formatted(600);
    for (SubnetStoriesTest.Change change : SubnetStoriesTest.Change.values()) {
      for (int every : List.of(1, LONGEST_INTERVAL)) {
        Story story = change.story(every, false);
        int end = story.existed.size();
        List<Object> queries = new ArrayList<>();
        if (change.isQuiet()) {
          if (!change.usesHalfAtOnce()) {
            queries.add(query(fired, end, List.of()));
          }
        } else {
          if (change.emptyAt() > 85) {
            queries.add(query(fired, BEFORE + change.emptyAt() - 85, List.of()));
          }
          queries.add(query(fired, BEFORE + change.emptyAt() - 30, samples));
          queries.add(query("ALERTS{alertstate=\"firing\",alertname=~\".*Soon\"}", end, List.of()));
        }
        write(
            "a subnet " + change + " with a value in %d min".formatted(every),
            series(story, end, 1, end),
            every,
            queries,
            List.of());
      }
    }
  }

  /**
   * @param latest the latest start of each alarm, in minutes after the start of the trouble
   */
  private void write(String name, Story story, int latest, Map<String, List<String>> expected)
      throws IOException {
    int end = story.existed.size();
    String fired = FIRED.formatted(end - QUIET_MINUTES);
    List<Object> queries = new ArrayList<>();
    queries.add(
        query(
            FIRED.formatted(BEFORE + latest + 1 - QUIET_MINUTES),
            BEFORE + latest + 1,
            samples(expected)));
    queries.add(query(fired, end, samples(expected)));
    queries.add(query("ALERTS{alertstate=\"firing\"}", end, List.of()));
    queries.addAll(tables(expected, end));
    write(
        name,
        story,
        queries,
        name.equals("pods are refused") ? List.of(notification()) : List.of());
  }

  /**
   * Some columns of Grafana's tables belong to an alarm. They name the same clusters and nodes as
   * the alarm.
   */
  private static List<Object> tables(Map<String, List<String>> expected, int minute) {
    List<Object> queries = new ArrayList<>();
    for (Alarm alarm : AlarmTable.all()) {
      String family = alarm.metrics().get(0).prometheus().family() + "{";
      List<String> nodes = expected.getOrDefault("Cni" + alarm.id(), List.of());
      graphs(1).stream()
          .filter(query -> query.contains(family))
          .filter(query -> !nodes.isEmpty() && alarm.isOnByDefault())
          .forEach(
              query -> {
                if (query.startsWith("topk(10, max by (node")) {
                  queries.add(named("node", nodes, query, minute));
                } else if (query.startsWith("max by (cluster)")) {
                  queries.add(named("cluster", List.of("prod"), query, minute));
                }
              });
    }
    return queries;
  }

  private static Object named(String label, List<String> names, String query, int minute) {
    return query(
        "group by (%s) ((%s) > 0)".formatted(label, query),
        minute,
        names.stream()
            .map(name -> object("labels", "{%s=\"%s\"}".formatted(label, name), "value", 1))
            .toList());
  }

  private static Object query(String expression, int minute, Object samples) {
    return object("expr", expression, "eval_time", minute + "m", "exp_samples", samples);
  }

  private static Object samples(Map<String, List<String>> expected) {
    List<Object> samples = new ArrayList<>();
    expected.forEach(
        (alert, nodes) ->
            nodes.forEach(
                node -> {
                  String label =
                      alert.contains("SubnetEmpty")
                          ? ",subnet_id=\"" + Printed.SUBNET + "\""
                          : node.isEmpty() ? "" : ",node=\"" + node + "\"";
                  samples.add(
                      object("labels", "{alertname=\"%s\"%s}".formatted(alert, label), "value", 1));
                }));
    return samples;
  }

  /** The text names the node and has the command for this node. */
  private static Object notification() {
    Map<String, Object> node = new LinkedHashMap<>(labels(node(7)));
    node.put("severity", "critical");
    Alarm alarm =
        AlarmTable.all().stream().filter(a -> a.id().equals("PodsGetNoAddress")).findAny().get();
    String findings = String.join(", ", alarm.text().checks());
    return object(
        "eval_time",
        (BEFORE + 6) + "m",
        "alertname",
        "CniPodsGetNoAddress",
        "exp_alerts",
        List.of(
            object(
                "exp_labels",
                node,
                "exp_annotations",
                object(
                    "summary",
                    "Pods get no address: " + node(7),
                    "description",
                    """
                    New pods on a node stay in ContainerCreating, because ipamD refuses them an address or cannot read instance metadata.
                    Node ip-10-0-1-7, instance i-10-0-1-7, zone eu-west-1a, cluster prod.
                    See the verdict and the findings %s.\
                    """
                        .formatted(findings),
                    "runbook",
                    "kubectl -n kube-system exec $(kubectl -n kube-system get pod -o name -l"
                        + " app.kubernetes.io/name=cni-metrics-agent --field-selector"
                        + " spec.nodeName=ip-10-0-1-7) -- cni-metrics-agent doctor",
                    "runbook_url",
                    "https://github.com/OWNER/cni-metrics-agent/blob/main/docs/runbooks/pods-get-no-address.md"))));
  }

  private void write(String name, Story story, List<Object> queries, List<Object> alerts)
      throws IOException {
    int end = story.existed.size();
    write(name, series(story, end, 1, end), 1, queries, alerts);
  }

  private void write(
      String name,
      List<Object> series,
      int publishMinutes,
      List<Object> queries,
      List<Object> alerts)
      throws IOException {
    Object test =
        object(
            "name", name,
            "interval", "1m",
            "input_series", series,
            "promql_expr_test", queries,
            "alert_rule_test", alerts);
    write(
        "test-" + name.replaceAll("[^A-Za-z0-9]+", "-"),
        object(
            "rule_files",
                List.of(
                    "prometheus-%dm.yaml".formatted(publishMinutes),
                    "promql-%dm.yaml".formatted(publishMinutes)),
            "evaluation_interval", "1m",
            "tests", List.of(test)));
    written++;
  }

  private void write(String name, Map<String, Object> document) throws IOException {
    Files.writeString(folder.resolve(name + ".yaml"), io.cnimetrics.text.Json.indented(document));
  }

  /**
   * The series of a story. The time of a point is the end of its minute.
   *
   * @param newest the minute of the newest points
   * @param interval the agents' publish interval, in minutes
   * @param sent a minute after which the agents send
   */
  private static List<Object> series(Story story, int newest, int interval, int sent) {
    return series(METRICS, story, newest, interval, sent);
  }

  private static List<Object> series(
      Set<String> metrics, Story story, int newest, int interval, int sent) {
    int size = newest + 1;
    Map<String, Double[]> all = new LinkedHashMap<>();
    for (Arrival arrival : story.arrivals) {
      Metric metric = MetricCatalog.named(arrival.datum().metric()).orElseThrow();
      int minute = minute(arrival.datum().at());
      if (metrics.contains(metric.name()) && minute < size) {
        point(all, metric, labels(arrival.node()), size)[minute] =
            metric.unit().inBaseUnit(arrival.datum().value());
      }
    }
    all.forEach((name, values) -> total(name, values));
    Stored free =
        Stored.of(
            Printed.NAMESPACE,
            "subnetFreeIPs",
            Map.of("CLUSTER_ID", "prod", "SubnetId", Printed.SUBNET));
    Map<String, String> subnet = Map.of("cluster", "prod", "subnet_id", Printed.SUBNET);
    story.cloudWatch.each(
        free,
        (at, value) -> {
          if (minute(at) < size) {
            point(all, MetricCatalog.SUBNET_FREE_IPS, subnet, size)[minute(at)] = value;
          }
        });
    all.forEach((name, values) -> thin(name, values, interval, sent));
    List<Object> series = new ArrayList<>();
    all.forEach((name, values) -> series.add(series(name, Arrays.asList(values), "_")));
    story.existed.values().stream()
        .flatMap(Set::stream)
        .distinct()
        .forEach(
            node -> {
              List<Double> exists =
                  new ArrayList<>(Collections.nCopies(story.existed.size() + 1, (Double) null));
              story.existed.forEach(
                  (at, nodes) -> exists.set(minute(at), nodes.contains(node) ? 1.0 : null));
              series.add(series("kube_node_info{node=\"" + node + "\"}", exists, "stale"));
            });
    return series;
  }

  private static Double[] point(
      Map<String, Double[]> all, Metric metric, Map<String, String> labels, int size) {
    Map<String, String> named = new LinkedHashMap<>(labels);
    named.putAll(metric.prometheus().labels());
    String name =
        named.entrySet().stream()
            .map(label -> "%s=\"%s\"".formatted(label.getKey(), label.getValue()))
            .sorted()
            .collect(Collectors.joining(",", metric.prometheus().family() + "{", "}"));
    return all.computeIfAbsent(name, unknown -> new Double[size]);
  }

  /** If the series is a counter, replaces its increases by their running total. */
  private static void total(String name, Double[] values) {
    if (name.contains("_total{")) {
      double total = 0;
      for (int minute = 0; minute < values.length; minute++) {
        if (values[minute] != null) {
          total += values[minute];
          values[minute] = total;
        }
      }
    }
  }

  /**
   * Keeps one value in each interval, as the agent does: the newest value or, of durations, the
   * longest.
   */
  private static void thin(String name, Double[] values, int interval, int sent) {
    boolean highest = DURATIONS.contains(name.substring(0, name.indexOf('{')));
    int kept = -1;
    for (int minute = 0; minute < values.length; minute++) {
      boolean first = Math.floorMod(minute - sent - 1, interval) == 0;
      if (first) {
        kept = -1;
      }
      if (values[minute] == null) {
        continue;
      }
      if (kept >= 0 && highest && values[kept] > values[minute]) {
        values[minute] = null;
      } else {
        if (kept >= 0) {
          values[kept] = null;
        }
        kept = minute;
      }
    }
  }

  private static Object series(String name, List<Double> values, String none) {
    return object(
        "series",
        name,
        "values",
        values.stream()
            .map(value -> value == null ? none : String.valueOf(value))
            .collect(Collectors.joining(" ")));
  }

  static int minute(Instant at) {
    return Math.toIntExact(Duration.between(Story.START, at).toMinutes()) + 1;
  }

  static Map<String, String> labels(String node) {
    return Map.of(
        "cluster",
        "prod",
        "node",
        node,
        "instance",
        node.replace("ip-", "i-"),
        "zone",
        "eu-west-1a");
  }
}
