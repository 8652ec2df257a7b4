package io.cnimetrics.cli;

import io.cnimetrics.config.ConfigException;
import io.cnimetrics.config.Nearest;
import io.cnimetrics.config.Values;
import io.cnimetrics.text.Console;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds a command by its name, runs the command and reports all problems with the flags. */
record Cli(Map<String, String> environment, InstantSource clock, Console console) {
  static final int OK = 0;

  /** The exit code if the command cannot do its work, or if a finding has the level fail. */
  static final int FAILED = 1;

  static final int USAGE = 2;

  private static final String PROGRAM = "cni-metrics-agent";

  private static final Set<String> HELP = Set.of("help", "--help", "-h");

  /** One summary line per command, in the order in which {@code help} lists the commands. */
  private static final Map<String, String> SUMMARIES = new LinkedHashMap<>();

  static {
    SUMMARIES.put("run", "Polls ipamD on this node and publishes metrics until SIGTERM.");
    SUMMARIES.put("dry-run", "Polls ipamD on this node, prints metrics and sends nothing.");
    SUMMARIES.put("doctor", "Finds why pods on this node get no address.");
    SUMMARIES.put("status", "Prints what the agent on this node knows and what it last sent.");
    SUMMARIES.put("simulate", "Simulates a node's ipamD on two HTTP ports until Ctrl-C.");
    SUMMARIES.put("dashboard", "Prints a dashboard for CloudWatch or Grafana.");
    SUMMARIES.put("alarms", "Prints alarms for CloudWatch or Prometheus.");
    SUMMARIES.put("plan", "Estimates the CloudWatch requests and cost of a cluster.");
    SUMMARIES.put(
        "recommend", "Recommends warm targets from the last days of a cluster's metrics.");
    SUMMARIES.put(
        "prepare-state-dir", "Gives the state directory to the agent's user; needs root.");
  }

  int run(List<String> arguments) {
    try {
      return dispatch(arguments);
    } catch (UncheckedIOException e) {
      console.error(String.valueOf(e.getMessage()));
      return FAILED;
    }
  }

  private int dispatch(List<String> arguments) {
    String first = arguments.isEmpty() ? "" : arguments.get(0);
    if (first.equals("--version")) {
      console.print(PROGRAM + " " + Version.get() + "\n");
      return OK;
    } else if (HELP.contains(first)) {
      String topic = arguments.size() == 1 ? first : arguments.get(1);
      return HELP.contains(topic) ? overview() : dispatch(List.of(topic, "--help"));
    }
    return SUMMARIES.containsKey(first)
        ? run(first, arguments.subList(1, arguments.size()))
        : unknownCommand(first);
  }

  /** Loads only the class of this command, because {@code run} must use little memory. */
  private Command command(String name) {
    return switch (name) {
      case "run" -> new Run(environment, clock);
      case "dry-run" -> new DryRun(clock);
      case "doctor" -> new Doctor(environment, clock);
      case "status" -> new Status(clock);
      case "simulate" -> new Simulate(clock);
      case "dashboard" -> new Dashboard();
      case "alarms" -> new Alarms();
      case "plan" -> new Plan();
      case "recommend" -> new Recommend(clock, Runtime.getRuntime().maxMemory());
      case "prepare-state-dir" -> new PrepareStateDir();
      default -> throw new IllegalArgumentException(name);
    };
  }

  private int run(String name, List<String> words) {
    Command command = command(name);
    Arguments arguments = Arguments.of(name, command, words);
    if (arguments.help()) {
      console.print(Usage.of(PROGRAM + " " + name, SUMMARIES.getOrDefault(name, ""), command));
      return OK;
    } else if (arguments.version()) {
      console.print(PROGRAM + " " + Version.get() + "\n");
      return OK;
    }
    try {
      return command.run(new Values(arguments.given(), environment, arguments.problems()), console);
    } catch (ConfigException e) {
      e.problems().forEach(console::error);
      console.error("see '%s %s --help'".formatted(PROGRAM, name));
      return USAGE;
    }
  }

  private int overview() {
    String list =
        SUMMARIES.entrySet().stream()
            .map(command -> line(command.getKey(), command.getValue()))
            .collect(Collectors.joining());
    console.print(
        """
        Usage: %s COMMAND [FLAGS]

        Reads the state of ipamD on an Amazon EKS node and publishes metrics.

        Commands:
        %s
        '%s COMMAND --help' lists the flags of a command.
        Each flag can also be set by an environment variable.
        """
            .formatted(PROGRAM, list, PROGRAM));
    return OK;
  }

  /** If a name is too long for the column, the summary follows on the next line. */
  private static String line(String name, String summary) {
    String column = name.length() > 10 ? name + "\n" + " ".repeat(12) : "%-10s".formatted(name);
    return "  %s %s%n".formatted(column, summary);
  }

  private int unknownCommand(String name) {
    String known = String.join(", ", SUMMARIES.keySet());
    String shown = Values.shortened(name);
    List<String> withFlags = new ArrayList<>(SUMMARIES.keySet());
    withFlags.addAll(List.of("--help", "--version"));
    String expected =
        Nearest.of(shown, withFlags)
            .map("did you mean %s?"::formatted)
            .orElse("expected one of " + known);
    console.error(
        (name.isEmpty() ? "no command given" : "unknown command '%s'".formatted(shown))
            + "; "
            + expected);
    console.error("see '%s --help'".formatted(PROGRAM));
    return USAGE;
  }
}
