package io.cnimetrics.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cnimetrics.config.ConfigException;
import io.cnimetrics.config.Flag;
import io.cnimetrics.config.FlagType;
import io.cnimetrics.config.Parsers;
import io.cnimetrics.config.Settings;
import io.cnimetrics.config.Values;
import io.cnimetrics.console.AlarmTemplate;
import io.cnimetrics.console.PrometheusRules;
import io.cnimetrics.console.PromqlTemplate;
import io.cnimetrics.text.Console;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** {@code alarms} prints the alarms for CloudWatch or Prometheus. */
final class Alarms implements Command {
  private static final Function<String, String> SUBNET_ID =
      Parsers.matching(
          "subnet-[0-9a-f]{1,17}", "expected subnet ids such as subnet-0123456789abcdef0");
  private static final Flag<Format> FORMAT =
      Flag.of("--format", "ALARMS_FORMAT", FlagType.oneOf("FORMAT", Format.class))
          .defaultsTo(
              "cloudformation", "cloudformation, promql, prometheus or prometheus-operator");
  private static final Flag<String> CLUSTER_ID =
      Settings.CLUSTER_ID
          .with(Dashboard::clusterId)
          .ifAbsent("the stack's parameter, or all clusters", "name of the cluster");
  private static final Flag<String> REGION =
      Settings.REGION.ifAbsent("the region of the stack", "region of the cluster and of the stack");
  private static final Flag<List<String>> SUBNET_IDS =
      Flag.of("--subnet-ids", "ALARMS_SUBNET_IDS", FlagType.list("IDS", SUBNET_ID))
          .ifAbsent("no subnet", "subnet ids separated by ','; the agents must run with --subnets")
          .with(Alarms::distinct);
  private static final Flag<Boolean> WITH_DASHBOARD =
      Flag.of("--with-dashboard", "ALARMS_WITH_DASHBOARD", FlagType.SWITCH)
          .defaultsTo("false", "add the dashboard to the template");

  /** The service that evaluates the alarms, and the form in which it reads the alarms. */
  private enum Format {
    /** A template with alarms on the metrics of {@code PutMetricData}. */
    CLOUDFORMATION,
    /** A template with PromQL alarms on the metrics of OTLP. */
    PROMQL,
    /** A rule file. */
    PROMETHEUS,
    /** An object {@code PrometheusRule}. */
    PROMETHEUS_OPERATOR
  }

  @Override
  public List<Flag<?>> flags() {
    return List.of(
        FORMAT,
        CLUSTER_ID,
        REGION,
        Settings.NAMESPACE,
        Settings.PUBLISH_INTERVAL,
        SUBNET_IDS,
        WITH_DASHBOARD);
  }

  @Override
  public int run(Values values, Console console) {
    Format format = values.get(FORMAT);
    AlarmTemplate.Settings settings =
        new AlarmTemplate.Settings(
            values.find(CLUSTER_ID),
            values.find(REGION),
            values.get(Settings.NAMESPACE),
            Dashboard.publishMinutes(values),
            values.find(SUBNET_IDS).orElse(List.of()),
            values.get(WITH_DASHBOARD));
    if (format != Format.CLOUDFORMATION) {
      checkOnlyNodes(settings, values);
    }
    values.check();
    int minutes = settings.publishMinutes();
    switch (format) {
      case CLOUDFORMATION -> printTemplate(settings, console);
      case PROMQL -> console.print(PromqlTemplate.of(settings));
      case PROMETHEUS -> console.print(PrometheusRules.file(settings.clusterId(), minutes));
      case PROMETHEUS_OPERATOR ->
          console.print(PrometheusRules.custom(settings.clusterId(), minutes));
    }
    return Cli.OK;
  }

  /** Rejects flags that have an effect only on the CloudFormation template. */
  private static void checkOnlyNodes(AlarmTemplate.Settings settings, Values values) {
    if (settings.dashboard()) {
      values.problem(
          "%s needs --format cloudformation: use the command dashboard to print the dashboard"
              .formatted(values.origin(WITH_DASHBOARD)));
    }
    if (!settings.subnetIds().isEmpty()) {
      values.problem(
          "%s needs --format cloudformation: in other formats one alarm watches all subnets"
              .formatted(values.origin(SUBNET_IDS)));
    }
  }

  private static void printTemplate(AlarmTemplate.Settings settings, Console console) {
    checkSubnets(settings);
    String template = AlarmTemplate.of(settings);
    console.print(template);
    if (!AlarmTemplate.fitsAsText(template)) {
      console.error(
          String.format(
              Locale.ROOT,
              "the template has %,d bytes, and CloudFormation accepts %,d bytes as text: add"
                  + " '--s3-bucket BUCKET' to 'aws cloudformation deploy'",
              template.getBytes(UTF_8).length,
              AlarmTemplate.MOST_BYTES_OF_TEXT));
    }
  }

  private static void checkSubnets(AlarmTemplate.Settings settings) {
    int most = AlarmTemplate.mostSubnets(settings.clusterId());
    int listed = settings.subnetIds().size();
    if (listed > most) {
      throw new ConfigException(
          List.of(
              "--subnet-ids lists %d subnets: list at most %d. In CloudWatch a composite alarm can"
                      .formatted(listed, most)
                  + " have 100 alarms and a rule of 10,240 characters."));
    }
  }

  private static List<String> distinct(List<String> ids) {
    if (new HashSet<>(ids).size() < ids.size()) {
      throw new IllegalArgumentException("a subnet is listed twice: list each subnet once");
    }
    return ids;
  }
}
