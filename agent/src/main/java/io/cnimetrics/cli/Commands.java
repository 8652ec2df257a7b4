package io.cnimetrics.cli;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/**
 * The commands by name. The class of a command is loaded only when the command is used, because
 * {@code run} must need little memory.
 */
final class Commands {
  static final List<String> NAMES =
      List.of(
          "run",
          "dry-run",
          "doctor",
          "simulate",
          "dashboard",
          "alarms",
          "plan",
          "prepare-state-dir");

  private final Map<String, String> environment;
  private final InstantSource clock;

  Commands(Map<String, String> environment, InstantSource clock) {
    this.environment = environment;
    this.clock = clock;
  }

  Command get(String name) {
    return switch (name) {
      case "run" -> new Run(environment, clock);
      case "dry-run" -> new DryRun(clock);
      case "doctor" -> new Doctor(environment, clock);
      case "simulate" -> new Simulate(clock);
      case "dashboard" -> new Dashboard();
      case "alarms" -> new Alarms();
      case "plan" -> new Plan();
      case "prepare-state-dir" -> new PrepareStateDir();
      default -> throw new IllegalArgumentException(name);
    };
  }
}
