package io.cnimetrics.cli;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.config.Dimension;
import io.cnimetrics.config.Flag;
import io.cnimetrics.config.MetricSelection;
import io.cnimetrics.config.Parsers;
import io.cnimetrics.config.Setting;
import io.cnimetrics.config.Values;
import io.cnimetrics.config.Values.Parser;
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
import java.util.OptionalInt;

/** {@code plan}: estimates the CloudWatch load and cost of a fleet; makes no network calls. */
final class Plan implements Command {
  private static final Flag NODES =
      Flag.optional("--nodes", "PLAN_NODES", "N", "none: it must be given", "nodes of the cluster");
  private static final Flag OUTPUT =
      Flag.of("--output", "PLAN_OUTPUT", "FORMAT", "table", "table or json");
  private static final Flag ZONES =
      Flag.of("--zones", "PLAN_ZONES", "N", "3", "availability zones of the nodes");
  private static final Flag INSTANCE_TYPES =
      Flag.of("--instance-types", "PLAN_INSTANCE_TYPES", "N", "5", "instance types of the nodes");
  private static final Flag SUBNET_COUNT =
      Flag.of("--subnet-count", "PLAN_SUBNET_COUNT", "N", "3", "subnets, for --subnets");
  private static final Flag PRICES =
      Flag.optional(
          "--prices",
          "PLAN_PRICES",
          "FILE",
          "those of us-east-1",
          "file with prices of another region or day (format: docs/plan.md)");

  private static final int MOST_ZONES = 20;
  private static final int MOST_INSTANCE_TYPES = 1_000;
  private static final int MOST_SUBNETS = 200;

  /** Far larger than any price file: a longer file is something else. */
  private static final int MOST_PRICE_BYTES = 65_536;

  @Override
  public String name() {
    return "plan";
  }

  @Override
  public String summary() {
    return "Estimates the CloudWatch requests and cost of a cluster.";
  }

  @Override
  public List<Flag> ownFlags() {
    return List.of(
        NODES,
        Setting.PUBLISH_INTERVAL.flag(),
        Setting.DIMENSIONS.flag(),
        Setting.METRICS.flag(),
        Setting.SUBNETS.flag(),
        ZONES,
        INSTANCE_TYPES,
        SUBNET_COUNT,
        PRICES,
        OUTPUT);
  }

  @Override
  public boolean takesSettings() {
    return false;
  }

  @Override
  public int run(Values values, Console console) {
    if (values.readOptional(NODES, text -> text).isEmpty()) {
      values.problem("--nodes is missing: give the number of nodes of the cluster");
    }
    int nodes = values.readOptional(NODES, from1To(Fleet.MOST_NODES)).orElse(1);
    Duration interval = values.read(Setting.PUBLISH_INTERVAL.flag(), Parsers::publishInterval);
    List<List<Dimension>> sets = values.read(Setting.DIMENSIONS.flag(), Parsers::dimensions);
    MetricSelection selection =
        values.read(Setting.METRICS.flag(), text -> Parsers.metrics(text, MetricCatalog.names()));
    boolean reportsSubnets = values.read(Setting.SUBNETS.flag(), Parsers::bool);
    int zones = values.read(ZONES, from1To(MOST_ZONES));
    int instanceTypes = values.read(INSTANCE_TYPES, from1To(MOST_INSTANCE_TYPES));
    int subnetCount = values.read(SUBNET_COUNT, from1To(MOST_SUBNETS));
    Prices prices = values.readOptional(PRICES, Plan::prices).orElseGet(Prices::bundled);
    Output output = values.read(OUTPUT, text -> Parsers.constant(Output.class, text));
    values.check();
    OptionalInt subnets = reportsSubnets ? OptionalInt.of(subnetCount) : OptionalInt.empty();
    FleetPlan plan =
        new PlannedCluster(nodes, interval, sets, selection, zones, instanceTypes, subnets)
            .plan(prices);
    console.print(
        switch (output) {
          case TABLE -> PlanTable.of(plan, console.palette());
          case JSON -> PlanJson.of(plan);
        });
    return Cli.OK;
  }

  private static Parser<Integer> from1To(int most) {
    return text -> Parsers.number(text, 1, most);
  }

  private static Prices prices(String file) {
    try (InputStream bytes = Files.newInputStream(Path.of(file))) {
      byte[] start = bytes.readNBytes(MOST_PRICE_BYTES);
      return Prices.read(new StringReader(new String(start, StandardCharsets.UTF_8)));
    } catch (IOException | InvalidPathException e) {
      String why = e.getClass().getSimpleName();
      throw new IllegalArgumentException(
          "expected a file of prices that can be read (%s)".formatted(why), e);
    }
  }

  private enum Output {
    TABLE,
    JSON
  }
}
