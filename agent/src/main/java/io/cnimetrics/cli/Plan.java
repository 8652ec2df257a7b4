package io.cnimetrics.cli;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.config.Dimension;
import io.cnimetrics.config.Flag;
import io.cnimetrics.config.FlagType;
import io.cnimetrics.config.MetricSelection;
import io.cnimetrics.config.Otlp;
import io.cnimetrics.config.Settings;
import io.cnimetrics.config.Values;
import io.cnimetrics.plan.Fleet;
import io.cnimetrics.plan.FleetPlan;
import io.cnimetrics.plan.PlanJson;
import io.cnimetrics.plan.PlanTable;
import io.cnimetrics.plan.Prices;
import io.cnimetrics.text.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code plan} estimates CloudWatch requests and cost of a cluster. Makes no network calls. */
final class Plan implements Command {
  private static final Flag<Integer> NODES =
      Flag.of("--nodes", "PLAN_NODES", FlagType.number(1, Fleet.MOST_NODES_OF_CLUSTER))
          .ifAbsent("none (required)", "number of nodes of each cluster");
  private static final Flag<Integer> CLUSTERS =
      Flag.of("--clusters", "PLAN_CLUSTERS", FlagType.number(1, 1_000))
          .defaultsTo("1", "number of clusters in one account and region");
  private static final Flag<Output> OUTPUT = Command.output("PLAN_OUTPUT");
  private static final Flag<Integer> ZONES =
      Flag.of("--zones", "PLAN_ZONES", FlagType.number(1, 20))
          .defaultsTo("3", "number of availability zones of the nodes");
  private static final Flag<Integer> INSTANCE_TYPES =
      Flag.of("--instance-types", "PLAN_INSTANCE_TYPES", FlagType.number(1, 1_000))
          .defaultsTo("5", "number of instance types of the nodes");
  private static final Flag<Integer> SUBNET_COUNT =
      Flag.of("--subnet-count", "PLAN_SUBNET_COUNT", FlagType.number(1, 200))
          .defaultsTo("3", "number of subnets that --subnets reports");
  private static final Flag<Prices> PRICES =
      Flag.of("--prices", "PLAN_PRICES", FlagType.of("FILE", Plan::prices))
          .ifAbsent(
              "the prices of us-east-1",
              "file with prices of another region or date; docs/plan.md shows the format");

  /** Reads at most this number of bytes of a price file. A valid file is far smaller. */
  private static final int MOST_PRICE_BYTES = 65_536;

  @Override
  public List<Flag<?>> flags() {
    return List.of(
        NODES,
        CLUSTERS,
        Settings.PUBLISH_INTERVAL,
        Settings.DIMENSIONS,
        Settings.METRICS,
        Settings.SUBNETS,
        Settings.CLOUDWATCH,
        Settings.OTLP_ENDPOINT,
        ZONES,
        INSTANCE_TYPES,
        SUBNET_COUNT,
        PRICES,
        OUTPUT);
  }

  @Override
  public int run(Values values, Console console) {
    FleetPlan.Clusters clusters = clusters(values);
    Duration publishInterval = values.get(Settings.PUBLISH_INTERVAL);
    List<List<Dimension>> dimensions = values.get(Settings.DIMENSIONS);
    boolean putMetricData = values.get(Settings.CLOUDWATCH);
    MetricSelection selection =
        values.get(Settings.METRICS.with(chosen -> chosen.of(MetricCatalog.names())));
    Optional<Otlp> otlp = Otlp.of(values);
    Prices prices = values.find(PRICES).orElseGet(Prices::bundled);
    Output output = values.get(OUTPUT);
    values.check();
    List<Metric> metrics =
        MetricCatalog.selected(selection::includes).stream()
            .filter(metric -> clusters.subnets() > 0 || !metric.isOfSubnet())
            .toList();
    FleetPlan plan =
        new FleetPlan(
            clusters,
            publishInterval,
            putMetricData ? dimensions : List.of(),
            metrics,
            points(metrics, otlp),
            prices);
    console.print(
        switch (output) {
          case TABLE -> PlanTable.of(plan, console.palette());
          case JSON -> PlanJson.of(plan);
        });
    return Cli.OK;
  }

  private static FleetPlan.Clusters clusters(Values values) {
    int nodes = values.require(NODES).orElse(1);
    int clusters = values.get(CLUSTERS);
    if ((long) nodes * clusters > Fleet.MOST_NODES) {
      values.problem(
          "--nodes %d with --clusters %d: expected at most %d nodes in all clusters"
              .formatted(nodes, clusters, Fleet.MOST_NODES));
    }
    int subnets = values.get(SUBNET_COUNT);
    return new FleetPlan.Clusters(
        nodes * clusters,
        clusters,
        values.get(ZONES),
        values.get(INSTANCE_TYPES),
        values.get(Settings.SUBNETS) ? subnets : 0);
  }

  private static FleetPlan.OtlpPoints points(List<Metric> metrics, Optional<Otlp> otlp) {
    return new FleetPlan.OtlpPoints(
        BilledNode.points(metrics, otlp.map(Otlp::resource).orElse(Map.of())),
        BilledNode.LABELS,
        // CloudWatch's own endpoint has no URL.
        otlp.filter(receiver -> receiver.url().isEmpty()).isPresent());
  }

  private static Prices prices(String file) {
    try (InputStream bytes = Files.newInputStream(Path.of(file))) {
      byte[] start = bytes.readNBytes(MOST_PRICE_BYTES);
      return Prices.read(new StringReader(new String(start, StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "expected a readable file with prices (%s)".formatted(FileError.reason(e)), e);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("this is not the name of a file", e);
    }
  }
}
