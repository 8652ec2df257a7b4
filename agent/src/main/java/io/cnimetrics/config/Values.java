package io.cnimetrics.config;

import io.cnimetrics.wire.UrlSecrets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads typed values. Reads the environment variable of a flag if the flag is absent. Collects the
 * problems of all values.
 */
public final class Values {
  /** The maximum number of characters that a message quotes from a value. */
  private static final int LONGEST = 80;

  private final Map<String, String> flags;
  private final Map<String, String> environment;
  private final List<String> problems;

  /**
   * @param flags the text of each flag on the command line, by the name of the flag
   * @param problems the problems that were found before, such as unknown flags
   */
  public Values(Map<String, String> flags, Map<String, String> environment, List<String> problems) {
    this.flags = Map.copyOf(flags);
    this.environment = environment;
    this.problems = new ArrayList<>(problems);
  }

  /** The value of a flag that has a default. */
  public <T> T get(Flag<T> flag) {
    return find(flag)
        .orElseGet(() -> flag.type().parser().apply(flag.defaultValue().orElseThrow()));
  }

  /** The value of a flag that may be absent. */
  public <T> Optional<T> find(Flag<T> flag) {
    return text(flag).flatMap(text -> parse(flag, text));
  }

  /**
   * The value of an environment variable without a flag. The value can be a secret. Therefore no
   * message contains it.
   */
  <T> Optional<T> variable(String name, Function<String, T> parser) {
    try {
      return Optional.ofNullable(environment.get(name)).map(parser);
    } catch (IllegalArgumentException e) {
      problems.add("%s is invalid: %s".formatted(name, e.getMessage()));
      return Optional.empty();
    }
  }

  /** The value of a required flag. Records a problem if the value is absent or invalid. */
  public <T> Optional<T> require(Flag<T> flag) {
    if (!isGiven(flag)) {
      problems.add(
          "%s is not given: set this flag or the environment variable %s"
              .formatted(flag.name(), flag.variable()));
    }
    return find(flag);
  }

  /** A copy with new texts for the given flags. */
  public Values with(Map<String, String> replaced) {
    Map<String, String> all = new HashMap<>(flags);
    all.putAll(replaced);
    return new Values(all, environment, problems);
  }

  /** Whether the flag or its environment variable is given. The value may be invalid. */
  public boolean isGiven(Flag<?> flag) {
    return text(flag).isPresent();
  }

  /** Whether the flag is on the command line. Flags override environment variables. */
  public boolean isFlag(Flag<?> flag) {
    return flags.containsKey(flag.name());
  }

  /** The name of the flag if the flag is given, otherwise the name of the environment variable. */
  public String origin(Flag<?> flag) {
    return isFlag(flag) ? flag.name() : flag.variable();
  }

  /** Adds a problem, for example a conflict between two values. */
  public void problem(String problem) {
    problems.add(problem);
  }

  /**
   * Checks that all values that were read are valid.
   *
   * @throws ConfigException if there is any problem
   */
  public void check() {
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
  }

  private Optional<String> text(Flag<?> flag) {
    return Optional.ofNullable(flags.get(flag.name()))
        .or(() -> Optional.ofNullable(environment.get(flag.variable())));
  }

  private <T> Optional<T> parse(Flag<T> flag, String text) {
    try {
      return Optional.of(flag.type().parser().apply(text));
    } catch (IllegalArgumentException e) {
      String value = text.isEmpty() ? "is empty" : "'%s'".formatted(shortened(text));
      String login = UrlSecrets.hasLogin(text) ? " with a login" : "";
      problems.add("%s %s%s: %s".formatted(origin(flag), value, login, e.getMessage()));
      return Optional.empty();
    }
  }

  /** Shortens a value for a message, without the login of a URL. Never splits a surrogate pair. */
  public static String shortened(String value) {
    String text = UrlSecrets.hiddenInValue(value);
    if (text.length() <= LONGEST) {
      return text;
    }
    boolean cut = Character.isHighSurrogate(text.charAt(LONGEST - 1));
    return text.substring(0, cut ? LONGEST - 1 : LONGEST) + "…";
  }
}
