package io.cnimetrics.wiring;

import dagger.BindsInstance;
import dagger.Component;
import io.cnimetrics.agent.Agent;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.health.HealthServer;
import io.cnimetrics.health.MetricsPage.BuildInfo;
import java.time.InstantSource;
import javax.inject.Singleton;

/** The agent with all its objects. */
@Singleton
@Component(modules = {NodeModule.class, AgentModule.class})
public interface AgentComponent {
  Agent agent();

  HealthServer healthServer();

  /** Builds the component. */
  @Component.Factory
  interface Factory {
    AgentComponent create(
        @BindsInstance AgentConfig config,
        @BindsInstance BuildInfo build,
        @BindsInstance InstantSource clock);
  }
}
