package io.cnimetrics.cli;

import io.cnimetrics.aws.AwsEndpoint;
import io.cnimetrics.aws.InstanceMetadata;
import io.cnimetrics.aws.SettingsException;
import io.cnimetrics.aws.Subnets;
import io.cnimetrics.catalog.Metric.Unit;
import io.cnimetrics.cloudwatch.CloudWatchSink;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.doctor.Probes;
import io.cnimetrics.ipamd.HeldAddresses;
import io.cnimetrics.ipamd.IpamdReader;
import io.cnimetrics.publish.MetricSink.Datum;
import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.ListedAddresses;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Source;
import io.cnimetrics.snapshot.Subnet;
import io.cnimetrics.wire.UrlSecrets;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The probes with which the doctor's checks test a real or a simulated node. */
final class LocalProbes {
  private static final HostRoutes HOST_ROUTES =
      new HostRoutes(
          Path.of("/proc/net/route"), Path.of("/proc/net/ipv6_route"), Path.of("/proc/net/dev"));
  private static final Duration VISIT_LIMIT = Duration.ofSeconds(1);
  private static final Duration AWS_LIMIT = Duration.ofSeconds(5);

  /** The pause before the second read. A pod starts or ends within this time. */
  private static final Duration POD_START = Duration.ofSeconds(5);

  private record PoolOfNode(AgentConfig config) implements Probes.Pool {
    @Override
    public ListedAddresses read() {
      return pool(config).read();
    }

    @Override
    public ListedAddresses later() {
      try {
        Thread.sleep(POD_START.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return read();
    }
  }

  private LocalProbes() {}

  static Probes of(
      AgentConfig config, Optional<Subnets> subnets, boolean sendTest, InstantSource clock) {
    return new Probes(
        () -> List.copyOf(interfaces().subnetIds().keySet()),
        () -> InstanceMetadata.fromEnvironment().primaryAddresses(VISIT_LIMIT),
        new PoolOfNode(config),
        () -> pool(config).eniConfig(),
        HOST_ROUTES,
        address -> answers(introspection(address, config, clock)),
        LocalProbes::obstacle,
        region -> visit(AwsEndpoint.CLOUDWATCH, region, clock),
        region -> visit(AwsEndpoint.EC2, region, clock),
        subnets.map(asked -> (pool, region) -> free(asked, pool, region)),
        sendTest
            ? Optional.of((metric, region) -> send(config, metric, region, clock))
            : Optional.empty());
  }

  /**
   * The probes of a simulated node. Its routes and EC2 always agree with ipamD about the addresses.
   */
  static Probes simulated(AgentConfig config, SimulatedSource source, InstantSource clock) {
    HeldAddresses addresses = pool(config);
    IpamdReader ipamd = introspection(config.introspectionUrl().orElseThrow(), config, clock);
    Probes.Endpoint none =
        region -> new Probes.EndpointResult("", Optional.empty(), Optional.empty());
    return new Probes(
        () ->
            ipamd.read().pool().map(AddressPool::enis).orElse(List.of()).stream()
                .map(Eni::id)
                .toList(),
        List::of,
        addresses::read,
        addresses::eniConfig,
        () ->
            addresses.read().held().stream()
                .map(held -> new Probes.HostRoute(held, "eni"))
                .toList(),
        address -> answers(introspection(address, config, clock)),
        directory -> Optional.empty(),
        none,
        none,
        source.subnets(config).map(asked -> (pool, region) -> free(asked, pool, region)),
        Optional.empty());
  }

  private static HeldAddresses pool(AgentConfig config) {
    return new HeldAddresses(config.introspectionUrl().orElseThrow());
  }

  private static InstanceMetadata.Interfaces interfaces() {
    InstanceMetadata.Interfaces found = InstanceMetadata.fromEnvironment().interfaces(VISIT_LIMIT);
    if (found.problem().isPresent()) {
      throw new IllegalStateException(found.problem().get().fact());
    }
    return found;
  }

  private static Probes.EndpointResult visit(
      AwsEndpoint endpoint, String region, InstantSource clock) {
    AwsEndpoint.Probe visit;
    try {
      visit = endpoint.probe(region, VISIT_LIMIT, clock);
    } catch (RuntimeException e) {
      return new Probes.EndpointResult(
          "the SDK's settings", Optional.of("invalid: " + shown(e)), Optional.empty());
    }
    return new Probes.EndpointResult(
        UrlSecrets.hiddenIn(visit.endpoint().toString()), visit.failure(), visit.ahead());
  }

  private static List<Subnet> free(Subnets subnets, AddressPool pool, String region) {
    SubnetQuery query = SubnetQuery.of(pool, Optional.of(region), subnets, AWS_LIMIT);
    Optional<Problem> unread =
        query.problems().stream().filter(problem -> problem.source() == Source.EC2).findFirst();
    if (query.subnets().isEmpty() && unread.isPresent()) {
      throw new IllegalStateException(unread.get().message());
    }
    return query.subnets();
  }

  private static Optional<Probes.Refusal> send(
      AgentConfig config, String metric, String region, InstantSource clock) {
    Datum datum =
        new Datum(metric, clock.instant().truncatedTo(ChronoUnit.MINUTES), 1, Unit.COUNT, Map.of());
    try (CloudWatchSink sink = CloudWatchSink.open(region, clock)) {
      PutResult result = sink.put(config.namespace(), List.of(datum), AWS_LIMIT);
      return result.status() == PutResult.Status.ACCEPTED
          ? Optional.empty()
          : Optional.of(new Probes.Refusal(result.fact(), sentence(result.remedy())));
    } catch (SettingsException e) {
      return Optional.of(new Probes.Refusal(UrlSecrets.hiddenIn(e.fact()), sentence(e.remedy())));
    }
  }

  private static String shown(RuntimeException e) {
    return UrlSecrets.hiddenIn(String.valueOf(e.getMessage()));
  }

  /** Returns the text with a capital letter at its start. */
  static String sentence(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  private static IpamdReader introspection(URI address, AgentConfig config, InstantSource clock) {
    return new IpamdReader(
        Optional.of(address), Optional.empty(), Set.of(), config.ipCooldown(), clock);
  }

  private static boolean answers(IpamdReader introspection) {
    return introspection.read(VISIT_LIMIT).pool().isPresent();
  }

  /**
   * Finds why a directory is not writable. Creates no file, because an agent may use the directory.
   */
  static Optional<String> obstacle(Path directory) {
    if (!Files.exists(directory)) {
      Path parent = directory.getParent();
      return parent == null ? Optional.of(directory + " cannot be created") : obstacle(parent);
    } else if (!Files.isDirectory(directory)) {
      return Optional.of(directory + " is not a directory");
    }
    return Files.isWritable(directory)
        ? Optional.empty()
        : Optional.of(
            "%s is not writable by the user %s"
                .formatted(directory, System.getProperty("user.name")));
  }
}
