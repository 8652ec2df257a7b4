package io.cnimetrics.wiring;

import dagger.BindsInstance;
import dagger.Component;
import io.cnimetrics.agent.Agent;
import io.cnimetrics.aws.Subnets;
import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.health.HealthServer;
import io.cnimetrics.health.MetricsPage.BuildInfo;
import io.cnimetrics.identity.IdentityResolver;
import io.cnimetrics.ipamd.IpamdReader;
import java.time.InstantSource;
import java.util.Optional;
import javax.inject.Singleton;

/** Creates the objects of the agent. Each object is created when it is first used. */
@Singleton
@Component(modules = AgentModule.class)
public interface AgentComponent {
  Agent agent();

  HealthServer healthServer();

  IpamdReader ipamdReader();

  Sampler sampler();

  /** The limits for the number of pods, from the settings or from the number of CPUs. */
  PodLimits podLimits();

  IdentityResolver identity();

  /** Empty if {@code --subnets} is false. */
  Optional<Subnets> subnets();

  @Component.Factory
  interface Factory {
    AgentComponent create(
        @BindsInstance AgentConfig config,
        @BindsInstance BuildInfo build,
        @BindsInstance InstantSource clock);
  }
}
