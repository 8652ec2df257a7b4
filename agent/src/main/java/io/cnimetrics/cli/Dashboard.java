package io.cnimetrics.cli;

import io.cnimetrics.config.Flag;
import io.cnimetrics.config.FlagType;
import io.cnimetrics.config.Parsers;
import io.cnimetrics.config.Settings;
import io.cnimetrics.config.Values;
import io.cnimetrics.console.DashboardBody;
import io.cnimetrics.console.GrafanaDashboard;
import io.cnimetrics.text.Console;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** {@code dashboard} prints a dashboard for CloudWatch or Grafana. */
final class Dashboard implements Command {
  private static final Function<String, String> ACCOUNT_ID =
      Parsers.matching("[0-9]{12}", "expected account ids of 12 digits, separated by ','");
  private static final Flag<Format> FORMAT =
      Flag.of("--format", "DASHBOARD_FORMAT", FlagType.oneOf("FORMAT", Format.class))
          .defaultsTo("cloudwatch", "cloudwatch or grafana");
  private static final Flag<List<String>> CLUSTER_IDS =
      Flag.of("--cluster-id", "AWS_CLUSTER_ID", FlagType.list("NAMES", Dashboard::clusterId))
          .ifAbsent("none (required by cloudwatch)", "names of the clusters, separated by ','");
  private static final Flag<List<String>> REGIONS =
      Flag.of("--region", "AWS_REGION", FlagType.list("REGIONS", Parsers::region))
          .ifAbsent(
              "none (required by cloudwatch)",
              "one region, or one region per cluster in the same order");
  private static final Flag<List<String>> ACCOUNT_IDS =
      Flag.of("--account-id", "DASHBOARD_ACCOUNT_ID", FlagType.list("IDS", ACCOUNT_ID))
          .ifAbsent(
              "the account of the dashboard",
              "one account id, or one account id per cluster in the same order");
  private static final Flag<Boolean> SUBNETS =
      Settings.SUBNETS.defaultsTo(
          "false", "show free addresses of subnets; the agents must run with --subnets");
  private static final Flag<Boolean> OTLP =
      Flag.of("--otlp", "DASHBOARD_OTLP", FlagType.SWITCH)
          .defaultsTo(
              "false", "name the worst nodes; the agents must run with --otlp-endpoint cloudwatch");
  private static final Flag<Boolean> FLEET =
      Flag.of("--fleet", "DASHBOARD_FLEET", FlagType.SWITCH)
          .defaultsTo(
              "false",
              "show all clusters of the regions in tables, the worst cluster first; --cluster-id"
                  + " has no effect");

  /** The service that shows the dashboard. */
  private enum Format {
    CLOUDWATCH,
    GRAFANA
  }

  @Override
  public List<Flag<?>> flags() {
    return List.of(
        FORMAT,
        CLUSTER_IDS,
        REGIONS,
        ACCOUNT_IDS,
        Settings.NAMESPACE,
        Settings.PUBLISH_INTERVAL,
        SUBNETS,
        OTLP,
        FLEET);
  }

  @Override
  public int run(Values values, Console console) {
    return switch (values.get(FORMAT)) {
      case CLOUDWATCH -> cloudWatch(values, console);
      case GRAFANA -> grafana(values, console);
    };
  }

  private static int cloudWatch(Values values, Console console) {
    List<String> regions = values.require(REGIONS).orElse(List.of());
    List<String> accountIds = values.find(ACCOUNT_IDS).orElse(List.of());
    String namespace = values.get(Settings.NAMESPACE);
    DashboardBody.Options options =
        new DashboardBody.Options(values.get(SUBNETS), values.get(OTLP), publishMinutes(values));
    if (values.get(FLEET)) {
      if (!accountIds.isEmpty()) {
        values.problem(
            "%s cannot be used with %s: a fleet has the clusters of all linked accounts"
                .formatted(values.origin(ACCOUNT_IDS), values.origin(FLEET)));
      }
      values.check();
      console.print(DashboardBody.ofFleet(regions, namespace, options));
      return Cli.OK;
    }
    List<String> clusterIds = values.require(CLUSTER_IDS).orElse(List.of());
    List<DashboardBody.Cluster> clusters =
        clusters(clusterIds, regions, accountIds, options.mostClusters(), values);
    if (options.otlp() && !accountIds.isEmpty()) {
      values.problem(
          "%s cannot be used with %s: it is unknown whether graphs in PromQL can show other accounts"
              .formatted(values.origin(OTLP), values.origin(ACCOUNT_IDS)));
    }
    values.check();
    console.print(DashboardBody.of(clusters, namespace, options));
    return Cli.OK;
  }

  /** Ignores the region and the namespace, because the pod's variables can set them. */
  private static int grafana(Values values, Console console) {
    List<String> clusterIds = values.find(CLUSTER_IDS).orElse(List.of());
    boolean subnets = values.get(SUBNETS);
    int publishMinutes = publishMinutes(values);
    if (values.isGiven(ACCOUNT_IDS)) {
      values.problem("%s needs --format cloudwatch".formatted(values.origin(ACCOUNT_IDS)));
    }
    if (values.get(OTLP)) {
      values.problem(
          "%s needs --format cloudwatch: the dashboard of Grafana always names the nodes"
              .formatted(values.origin(OTLP)));
    }
    if (values.get(FLEET)) {
      values.problem(
          "%s needs --format cloudwatch: the dashboard of Grafana always compares all clusters"
              .formatted(values.origin(FLEET)));
    }
    values.check();
    console.print(GrafanaDashboard.of(clusterIds, subnets, publishMinutes));
    return Cli.OK;
  }

  static int publishMinutes(Values values) {
    return Math.toIntExact(values.get(Settings.PUBLISH_INTERVAL).toMinutes());
  }

  private static List<DashboardBody.Cluster> clusters(
      List<String> clusterIds,
      List<String> regions,
      List<String> accountIds,
      int most,
      Values values) {
    int count = Stream.of(clusterIds, regions, accountIds).mapToInt(List::size).max().orElse(0);
    if (Stream.of(clusterIds, regions, accountIds)
        .anyMatch(list -> list.size() > 1 && list.size() < count)) {
      values.problem(
          "%d clusters, %d regions, %d accounts: give lists of equal length, or one value for all"
              .formatted(clusterIds.size(), regions.size(), accountIds.size()));
      return List.of();
    } else if (count > most) {
      values.problem(
          "%d clusters are too many: a dashboard of clusters shows at most %d; --fleet shows all"
              .formatted(count, most));
    } else if (clusterIds.isEmpty() || regions.isEmpty()) {
      return List.of();
    }
    List<DashboardBody.Cluster> clusters =
        IntStream.range(0, count)
            .mapToObj(
                n ->
                    new DashboardBody.Cluster(
                        entry(clusterIds, n).orElseThrow(),
                        entry(regions, n).orElseThrow(),
                        entry(accountIds, n)))
            .toList();
    Set<DashboardBody.Cluster> known = new HashSet<>();
    for (DashboardBody.Cluster cluster : clusters) {
      if (!known.add(cluster)) {
        values.problem(
            "cluster '%s' in %s is given twice".formatted(cluster.clusterId(), cluster.region()));
      }
    }
    return clusters;
  }

  private static Optional<String> entry(List<String> list, int n) {
    return list.stream().skip(list.size() == 1 ? 0 : n).findFirst();
  }

  static String clusterId(String text) {
    String clusterId = Parsers.clusterId(text);
    if (!clusterId.matches(DashboardBody.Cluster.NAMES)) {
      throw new IllegalArgumentException(
          "expected 1 to 128 letters, digits, spaces or any of _.:/=+@- (CloudWatch rejects other"
              + " characters in searches and tags)");
    }
    return clusterId;
  }
}
