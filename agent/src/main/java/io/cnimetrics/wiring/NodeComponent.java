package io.cnimetrics.wiring;

import dagger.BindsInstance;
import dagger.Component;
import io.cnimetrics.agent.Subnets;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.identity.IdentityResolver;
import io.cnimetrics.ipamd.IpamdReader;
import java.time.InstantSource;
import java.util.Optional;
import javax.inject.Singleton;

/** The objects that poll this node. */
@Singleton
@Component(modules = NodeModule.class)
public interface NodeComponent {
  IpamdReader ipamdReader();

  Sampler sampler();

  /** Detects the node's identity. */
  IdentityResolver identity();

  /** Empty unless {@code --subnets} is on. */
  Optional<Subnets> subnets();

  /** Builds the component. */
  @Component.Factory
  interface Factory {
    NodeComponent create(@BindsInstance AgentConfig config, @BindsInstance InstantSource clock);
  }
}
