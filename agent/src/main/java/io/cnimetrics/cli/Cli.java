package io.cnimetrics.cli;

import io.cnimetrics.config.ConfigException;
import io.cnimetrics.config.Flag;
import io.cnimetrics.config.Setting;
import io.cnimetrics.config.Values;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * The command line. All flags are handed on as text, so that everything that is wrong with them can
 * be said at once.
 */
final class Cli {
  static final int OK = 0;
  static final int NOT_READ = 1;
  static final int USAGE = 2;

  private static final String PROGRAM = "cni-metrics-agent";

  private static final Set<String> HELP = Set.of("help", "--help", "-h");
  private static final Set<String> BOOLS = Set.of("true", "false");

  private final List<Command> commands;
  private final Map<String, String> environment;
  private final Console console;

  Cli(List<Command> commands, Map<String, String> environment, Console console) {
    this.commands = commands;
    this.environment = environment;
    this.console = console;
  }

  /** Runs what the arguments ask for and returns the exit code. */
  int run(List<String> arguments) {
    String first = arguments.isEmpty() ? "" : arguments.get(0);
    if (first.equals("--version")) {
      console.print(PROGRAM + " " + version() + "\n");
      return OK;
    } else if (HELP.contains(first)) {
      return arguments.size() == 1 ? overview() : run(List.of(arguments.get(1), "--help"));
    }
    return commands.stream()
        .filter(command -> command.name().equals(first))
        .findFirst()
        .map(command -> run(command, arguments.subList(1, arguments.size())))
        .orElseGet(() -> unknownCommand(first));
  }

  private int run(Command command, List<String> arguments) {
    List<Flag> flags = flags(command);
    CommandLine parser = parser(command, flags);
    try {
      ParseResult parsed = parser.parseArgs(attached(arguments, flags));
      if (parsed.hasMatchedOption("--help")) {
        console.print(parser.getUsageMessage(Ansi.OFF).stripTrailing() + "\n");
        return OK;
      } else if (parsed.hasMatchedOption("--version")) {
        console.print(PROGRAM + " " + version() + "\n");
        return OK;
      }
      return command.run(values(command, flags, parsed), console);
    } catch (ParameterException e) {
      return refuse(command, List.of(String.valueOf(e.getMessage())));
    } catch (ConfigException e) {
      return refuse(command, e.problems());
    }
  }

  private int refuse(Command command, List<String> problems) {
    problems.forEach(console::error);
    console.error("see '%s %s --help'".formatted(PROGRAM, command.name()));
    return USAGE;
  }

  /**
   * Puts each value behind its flag with {@code =}. A switch by itself is true; any other flag
   * without a value gets an empty one, which its parser then refuses.
   */
  private static String[] attached(List<String> arguments, List<Flag> flags) {
    Map<String, Flag> byName = flags.stream().collect(Collectors.toMap(Flag::name, flag -> flag));
    List<String> attached = new ArrayList<>();
    for (int index = 0; index < arguments.size(); index++) {
      String argument = arguments.get(index);
      String next = index + 1 < arguments.size() ? arguments.get(index + 1) : "--";
      Flag flag = byName.get(argument);
      if (flag == null) {
        attached.add(argument);
      } else if (flag.isSwitch() ? BOOLS.contains(next) : !next.startsWith("--")) {
        attached.add(argument + "=" + next);
        index++;
      } else {
        attached.add(argument + (flag.isSwitch() ? "=true" : "="));
      }
    }
    return attached.toArray(String[]::new);
  }

  private Values values(Command command, List<Flag> flags, ParseResult parsed) {
    List<String> problems = new ArrayList<>();
    for (String unknown : parsed.unmatched()) {
      problems.add("unknown flag or argument '%s' of %s".formatted(unknown, command.name()));
    }
    Map<Flag, String> given = new HashMap<>();
    for (Flag flag : flags) {
      List<String> texts = parsed.matchedOptionValue(flag.name(), List.of());
      if (command.lists().contains(flag) && !texts.isEmpty()) {
        given.put(flag, String.join(",", texts));
      } else if (texts.size() > 1) {
        problems.add("%s is given %d times: give it once".formatted(flag.name(), texts.size()));
      } else if (texts.size() == 1) {
        given.put(flag, texts.get(0));
      }
    }
    return new Values(given, environment, problems);
  }

  private static List<Flag> flags(Command command) {
    Stream<Flag> settings =
        command.takesSettings() ? Stream.of(Setting.values()).map(Setting::flag) : Stream.empty();
    return Stream.concat(command.ownFlags().stream(), settings).toList();
  }

  private static CommandLine parser(Command command, List<Flag> flags) {
    CommandSpec spec = CommandSpec.create().name(PROGRAM + " " + command.name());
    spec.usageMessage()
        .description(command.summary())
        .synopsisHeading("Usage: ")
        .optionListHeading("%n")
        .customSynopsis("%s %s [FLAGS]".formatted(PROGRAM, command.name()))
        .sortOptions(false)
        .width(80);
    flags.forEach(flag -> spec.addOption(option(flag)));
    spec.addOption(switchOption("show this help and exit", "-h", "--help"));
    spec.addOption(switchOption("show the version and exit", "--version"));
    return new CommandLine(spec)
        .setUnmatchedArgumentsAllowed(true)
        .setOverwrittenOptionsAllowed(true)
        .setTrimQuotes(false)
        .setExpandAtFiles(false);
  }

  private static OptionSpec option(Flag flag) {
    return OptionSpec.builder(flag.name())
        .type(List.class)
        .auxiliaryTypes(String.class)
        .arity("1")
        .paramLabel(flag.label())
        .hideParamSyntax(true)
        .description(
            Stream.of(
                    flag.description(),
                    "  env " + flag.variable(),
                    "  default " + flag.shownDefault())
                .map(line -> line.replace("%", "%%"))
                .toArray(String[]::new))
        .build();
  }

  private static OptionSpec switchOption(String description, String... names) {
    return OptionSpec.builder(names).description(description).build();
  }

  private int overview() {
    String list =
        commands.stream()
            .map(command -> "  %-10s %s%n".formatted(command.name(), command.summary()))
            .collect(Collectors.joining());
    console.print(
        """
        Usage: %s COMMAND [FLAGS]

        Reads the ipamD of an Amazon EKS node and turns what it knows into metrics.

        Commands:
        %s
        '%s COMMAND --help' lists the flags of a command;
        each has an environment variable too.
        """
            .formatted(PROGRAM, list, PROGRAM));
    return OK;
  }

  private int unknownCommand(String name) {
    String known = commands.stream().map(Command::name).collect(Collectors.joining(", "));
    console.error(
        name.isEmpty()
            ? "no command given; expected one of " + known
            : "unknown command '%s'; expected one of %s".formatted(name, known));
    console.error("see '%s --help'".formatted(PROGRAM));
    return USAGE;
  }

  static String version() {
    Properties properties = new Properties();
    try (InputStream file = Cli.class.getResourceAsStream("version.properties")) {
      properties.load(Objects.requireNonNull(file, "version.properties"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version", "unknown");
  }
}
