package io.cnimetrics.wiring;

import dagger.Module;
import dagger.Provides;
import io.cnimetrics.agent.Agent;
import io.cnimetrics.agent.Ipamd;
import io.cnimetrics.agent.LastPoll;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.cloudwatch.CloudWatchSink;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.health.AgentStats;
import io.cnimetrics.health.HealthServer;
import io.cnimetrics.health.MetricsPage;
import io.cnimetrics.health.MetricsPage.Backlog;
import io.cnimetrics.health.MetricsPage.BuildInfo;
import io.cnimetrics.health.Page;
import io.cnimetrics.ipamd.IpamdReader;
import io.cnimetrics.publish.MetricBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.SplittableRandom;
import javax.inject.Singleton;

/** The objects that publish metrics. */
@Module
final class AgentModule {
  private AgentModule() {}

  @Provides
  @Singleton
  static AgentStats activity() {
    return new AgentStats();
  }

  @Provides
  @Singleton
  static LastPoll lastPoll() {
    return new LastPoll();
  }

  @Provides
  @Singleton
  static Agent agent(
      AgentConfig config,
      IpamdReader ipamd,
      Sampler sampler,
      AgentStats activity,
      LastPoll lastPoll,
      InstantSource clock) {
    return new Agent(
        config,
        Ipamd.of(ipamd),
        sampler,
        NodeModule.identity(config)::attempt,
        region -> CloudWatchSink.open(region, clock),
        // Not injected: a generated factory would load one more class even with reporting off.
        NodeModule.subnets(config),
        activity,
        lastPoll,
        new SplittableRandom(),
        clock);
  }

  @Provides
  @Singleton
  static HealthServer health(
      AgentConfig config,
      Agent agent,
      AgentStats activity,
      LastPoll lastPoll,
      BuildInfo build,
      InstantSource clock) {
    return new HealthServer(
        config.healthAddress(),
        agent::health,
        config.prometheus() ? metrics(agent, activity, lastPoll, build, clock) : Map.of());
  }

  private static Map<String, Page> metrics(
      Agent agent, AgentStats activity, LastPoll lastPoll, BuildInfo build, InstantSource clock) {
    return Map.of(
        MetricsPage.PATH,
        new MetricsPage(lastPoll::samples, activity, () -> backlog(agent.depth(), clock), build));
  }

  private static Backlog backlog(MetricBuffer.Depth depth, InstantSource clock) {
    Duration age =
        depth
            .oldest()
            .map(oldest -> Duration.between(oldest, clock.instant()))
            .filter(known -> !known.isNegative())
            .orElse(Duration.ZERO);
    return new Backlog(depth.minutes(), age);
  }
}
