package io.cnimetrics.cli;

import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.doctor.World;
import io.cnimetrics.identity.AttachedEnis;
import io.cnimetrics.ipamd.HeldAddresses;
import io.cnimetrics.ipamd.IpamdReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;

/** What the checks ask of the world, as it is here. */
final class DoctorWorld {
  private static final Path ROUTES = Path.of("/proc/net/route");
  private static final Duration ELSEWHERE_LIMIT = Duration.ofSeconds(1);

  private DoctorWorld() {}

  static World of(AgentConfig config, InstantSource clock) {
    return new World(
        AttachedEnis::read,
        () -> new HeldAddresses(config.introspectionUrl().orElseThrow()).read(),
        () -> HostRoutes.read(ROUTES),
        address -> introspectionAnswers(address, config, clock),
        DoctorWorld::obstacle);
  }

  private static boolean introspectionAnswers(
      URI address, AgentConfig config, InstantSource clock) {
    return new IpamdReader(
            Optional.of(address), Optional.empty(), Set.of(), config.ipCooldown(), clock)
        .read(ELSEWHERE_LIMIT)
        .pool()
        .isPresent();
  }

  /** Only by looking: the directory, its lock above all, may be in use by the agent. */
  static Optional<String> obstacle(Path directory) {
    if (!Files.exists(directory)) {
      Path parent = directory.getParent();
      return parent == null ? Optional.of(directory + " cannot be made") : obstacle(parent);
    } else if (!Files.isDirectory(directory)) {
      return Optional.of(directory + " is not a directory");
    }
    return Files.isWritable(directory)
        ? Optional.empty()
        : Optional.of(
            "%s is not writable for the user %s"
                .formatted(directory, System.getProperty("user.name")));
  }
}
