package io.cnimetrics.wiring;

import dagger.Module;
import dagger.Provides;
import io.cnimetrics.agent.Agent;
import io.cnimetrics.agent.AgentView;
import io.cnimetrics.aws.Ec2;
import io.cnimetrics.aws.InstanceMetadata;
import io.cnimetrics.aws.InstanceTags;
import io.cnimetrics.aws.NodeSubnets;
import io.cnimetrics.aws.Subnets;
import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.cloudwatch.CloudWatchSink;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.config.Otlp;
import io.cnimetrics.health.AgentStats;
import io.cnimetrics.health.HealthServer;
import io.cnimetrics.health.MetricsPage;
import io.cnimetrics.health.MetricsPage.BuildInfo;
import io.cnimetrics.health.Page;
import io.cnimetrics.health.StatusPage;
import io.cnimetrics.identity.Identification;
import io.cnimetrics.identity.IdentityResolver;
import io.cnimetrics.ipamd.IpamdReader;
import io.cnimetrics.otlp.OtlpSink;
import io.cnimetrics.publish.Receiver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import javax.inject.Singleton;

/** Provides the objects that poll this node, compute metrics and publish the metrics. */
@Module
final class AgentModule {
  private static final Path ONLINE_CPUS = Path.of("/sys/devices/system/cpu/online");

  private AgentModule() {}

  @Provides
  @Singleton
  static IpamdReader ipamdReader(AgentConfig config, InstantSource clock) {
    return new IpamdReader(
        config.introspectionUrl(),
        config.metricsUrl(),
        MetricCatalog.series(),
        config.ipCooldown(),
        clock);
  }

  @Provides
  @Singleton
  static Sampler sampler(AgentConfig config, PodLimits podLimits, InstantSource clock) {
    long startNanos = System.nanoTime();
    return new Sampler(
        MetricCatalog.selected(config.metrics()::includes),
        podLimits,
        clock.instant(),
        at ->
            Duration.ofNanos(System.nanoTime() - startNanos)
                .minus(Duration.between(at, clock.instant())),
        Duration.ZERO);
  }

  @Provides
  static PodLimits podLimits(AgentConfig config) {
    int maxPods = config.maxPods().orElseGet(() -> PodLimits.defaultMaxPods(hostCpus()));
    return new PodLimits(maxPods, config.hostNetworkPods());
  }

  /** The number of the host's CPUs. The JVM would report only the CPUs of this container. */
  static int hostCpus() {
    try {
      return cpus(Files.readString(ONLINE_CPUS).strip());
    } catch (IOException | IllegalArgumentException e) {
      return Runtime.getRuntime().availableProcessors();
    }
  }

  /** Counts the CPUs in a kernel list such as {@code 0-3,8}. */
  static int cpus(String list) {
    int cpus = 0;
    for (String range : list.split(",", -1)) {
      int dash = range.indexOf('-');
      int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
      int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1));
      cpus += last - first + 1;
    }
    return cpus;
  }

  @Provides
  static IdentityResolver identity(AgentConfig config) {
    return identity(config, true);
  }

  private static IdentityResolver identity(AgentConfig config, boolean withCluster) {
    return new IdentityResolver(
        new Identification.Configured(config.nodeName(), config.clusterId(), config.region()),
        InstanceMetadata.fromEnvironment(),
        withCluster ? Optional.of(new InstanceTags(Ec2.fromEnvironment())) : Optional.empty());
  }

  @Provides
  static Optional<Subnets> subnets(AgentConfig config) {
    return config.subnets()
        ? Optional.of(new NodeSubnets(InstanceMetadata.fromEnvironment(), Ec2.fromEnvironment()))
        : Optional.empty();
  }

  @Provides
  @Singleton
  static AgentStats stats() {
    return new AgentStats();
  }

  @Provides
  @Singleton
  static Agent agent(
      AgentConfig config,
      IpamdReader ipamd,
      Sampler sampler,
      AgentStats stats,
      BuildInfo build,
      InstantSource clock) {
    return new Agent(
        config,
        ipamd,
        sampler,
        identity(config, config.sends())::attempt,
        sinks(config, build.version(), clock),
        // Dagger does not inject this value, because the JVM would then load one more class.
        subnets(config),
        stats,
        new SplittableRandom(),
        clock);
  }

  @Provides
  @Singleton
  static HealthServer health(
      AgentConfig config, Agent agent, AgentStats stats, BuildInfo build, InstantSource clock) {
    Optional<String> pod = Optional.ofNullable(System.getenv(HealthServer.POD));
    Map<String, Page> pages = new LinkedHashMap<>();
    AgentView view = agent.view();
    pages.put(StatusPage.PATH, new StatusPage(build.version(), pod, view::status));
    if (config.prometheus()) {
      pages.put(
          MetricsPage.PATH,
          new MetricsPage(view::samples, view::labels, stats, view::pending, clock, build));
    }
    return new HealthServer(config.healthAddress(), pod, agent::health, pages);
  }

  private static Agent.Sinks sinks(AgentConfig config, String version, InstantSource clock) {
    return (receiver, region, labels) -> {
      if (receiver == Receiver.CLOUDWATCH) {
        return CloudWatchSink.open(region, clock);
      }
      Otlp otlp = config.otlp().orElseThrow();
      return OtlpSink.open(
          otlp.url(), region, otlp.headers(), otlp.resource(), labels, version, clock);
    };
  }
}
