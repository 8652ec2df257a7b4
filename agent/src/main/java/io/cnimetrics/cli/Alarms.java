package io.cnimetrics.cli;

import io.cnimetrics.config.Flag;
import io.cnimetrics.config.Parsers;
import io.cnimetrics.config.Setting;
import io.cnimetrics.config.Values;
import io.cnimetrics.console.AlarmSettings;
import io.cnimetrics.console.AlarmTemplate;
import io.cnimetrics.text.Console;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** {@code alarms}: prints a CloudFormation template with the alarms on one cluster. */
final class Alarms implements Command {
  private static final Flag CLUSTER_ID =
      Flag.optional(
          "--cluster-id",
          "AWS_CLUSTER_ID",
          "NAME",
          "a parameter of the stack",
          "name of the cluster");
  private static final Flag REGION =
      Flag.optional(
          "--region",
          "AWS_REGION",
          "REGION",
          "the stack's",
          "the cluster's region; create the stack there");
  private static final Flag PUBLISH_INTERVAL = Setting.PUBLISH_INTERVAL.flag();
  private static final Flag SUBNET_IDS =
      Flag.optional(
          "--subnet-ids",
          "ALARMS_SUBNET_IDS",
          "IDS",
          "no subnet",
          "subnets to watch, separated by ','; the agents must report them");
  private static final Flag WITH_DASHBOARD =
      Flag.of(
          "--with-dashboard", "ALARMS_WITH_DASHBOARD", "BOOL", "false", "also add the dashboard");

  private static final Pattern SUBNET = Pattern.compile("subnet-[0-9a-f]{1,17}");

  @Override
  public String name() {
    return "alarms";
  }

  @Override
  public String summary() {
    return "Prints a CloudFormation template with alarms.";
  }

  @Override
  public List<Flag> ownFlags() {
    return List.of(
        CLUSTER_ID, REGION, WatchedCluster.NAMESPACE, PUBLISH_INTERVAL, SUBNET_IDS, WITH_DASHBOARD);
  }

  @Override
  public Set<Flag> lists() {
    return Set.of(SUBNET_IDS);
  }

  @Override
  public boolean takesSettings() {
    return false;
  }

  @Override
  public int run(Values values, Console console) {
    Optional<String> clusterId = values.readOptional(CLUSTER_ID, WatchedCluster::clusterId);
    Optional<String> region = values.readOptional(REGION, Parsers::region);
    String namespace = values.read(WatchedCluster.NAMESPACE, Parsers::namespace);
    Duration interval = values.read(PUBLISH_INTERVAL, Parsers::publishInterval);
    List<String> subnetIds = values.readOptional(SUBNET_IDS, Alarms::subnetIds).orElse(List.of());
    boolean dashboard = values.read(WITH_DASHBOARD, Parsers::bool);
    values.check();
    console.print(
        AlarmTemplate.of(
            new AlarmSettings(
                clusterId,
                region,
                namespace,
                Math.toIntExact(interval.toMinutes()),
                subnetIds,
                dashboard)));
    return Cli.OK;
  }

  private static List<String> subnetIds(String text) {
    List<String> ids = Parsers.list(text, Alarms::subnetId);
    if (new HashSet<>(ids).size() < ids.size()) {
      throw new IllegalArgumentException("a subnet is listed twice");
    }
    return ids;
  }

  private static String subnetId(String text) {
    if (!SUBNET.matcher(text).matches()) {
      throw new IllegalArgumentException("expected subnets such as subnet-0123456789abcdef0");
    }
    return text;
  }
}
