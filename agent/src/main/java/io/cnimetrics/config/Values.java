package io.cnimetrics.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads typed values out of flags and, where no flag is given, environment variables, and gathers
 * everything that is wrong with them.
 */
public final class Values {
  /** Characters of a value that a message quotes. */
  private static final int LONGEST = 80;

  private final Map<Flag, String> flags;
  private final Map<String, String> environment;
  private final List<String> problems;

  /**
   * Reads from the given flags and variables.
   *
   * @param problems what is already known to be wrong, such as unknown flags
   */
  public Values(Map<Flag, String> flags, Map<String, String> environment, List<String> problems) {
    this.flags = Map.copyOf(flags);
    this.environment = environment;
    this.problems = new ArrayList<>(problems);
  }

  /** The value of a flag that has a default. */
  public <T> T read(Flag flag, Parser<T> parser) {
    return readOptional(flag, parser)
        .orElseGet(() -> parser.parse(flag.defaultValue().orElseThrow()));
  }

  /** The value of a flag that may be absent. */
  public <T> Optional<T> readOptional(Flag flag, Parser<T> parser) {
    String text = isFlag(flag) ? flags.get(flag) : environment.get(flag.variable());
    return text == null ? Optional.empty() : parse(origin(flag), text, parser);
  }

  /** Whether the command line gives it, which goes before all variables. */
  public boolean isFlag(Flag flag) {
    return flags.containsKey(flag);
  }

  /** What gives its value, if anything does: its name or its variable's. */
  public String origin(Flag flag) {
    return isFlag(flag) ? flag.name() : flag.variable();
  }

  /** The value of a flag that must be given; empty, and noted as wrong, if it is not or is bad. */
  public <T> Optional<T> readRequired(Flag flag, Parser<T> parser) {
    if (!flags.containsKey(flag) && !environment.containsKey(flag.variable())) {
      problems.add(
          "%s is not given: set it, or %s in the environment"
              .formatted(flag.name(), flag.variable()));
    }
    return readOptional(flag, parser);
  }

  /** Notes something that is wrong with the values together. */
  public void problem(String problem) {
    problems.add(problem);
  }

  /**
   * Ends the reading.
   *
   * @throws ConfigException if anything was wrong
   */
  public void check() {
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
  }

  private <T> Optional<T> parse(String origin, String text, Parser<T> parser) {
    try {
      return Optional.of(parser.parse(text));
    } catch (IllegalArgumentException e) {
      String value = text.isEmpty() ? "is empty" : "'%s'".formatted(shortened(text));
      problems.add("%s %s: %s".formatted(origin, value, e.getMessage()));
      return Optional.empty();
    }
  }

  /** As much of a value as a message has room for; a character is not cut in two. */
  public static String shortened(String text) {
    if (text.length() <= LONGEST) {
      return text;
    }
    boolean cut = Character.isHighSurrogate(text.charAt(LONGEST - 1));
    return text.substring(0, cut ? LONGEST - 1 : LONGEST) + "…";
  }

  /** Turns a value's text into what it means. */
  @FunctionalInterface
  public interface Parser<T> {
    /**
     * Parses one value.
     *
     * @throws IllegalArgumentException with a message that says what was expected
     */
    T parse(String text);
  }
}
