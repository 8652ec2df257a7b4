package io.cnimetrics.cli;

import io.cnimetrics.text.Console;
import java.time.InstantSource;
import java.util.List;

/** Entry point. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    InstantSource clock = InstantSource.system();
    List<Command> commands =
        List.of(
            new Run(System.getenv(), clock),
            new DryRun(clock),
            new Doctor(System.getenv(), clock),
            new Simulate(clock),
            new Dashboard(),
            new Alarms(),
            new Plan(),
            new PrepareStateDir());
    Console console = Console.ofProcess(System.getenv());
    System.exit(new Cli(commands, System.getenv(), console).run(List.of(args)));
  }
}
