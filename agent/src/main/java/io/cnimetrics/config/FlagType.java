package io.cnimetrics.config;

import static io.cnimetrics.config.Parsers.require;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The type of a flag's value.
 *
 * @param label the placeholder for the value in the help text, such as {@code TIME}
 * @param parser converts a text; throws {@link IllegalArgumentException} with the expected form
 */
public record FlagType<T>(String label, Form form, Function<String, T> parser) {
  private static final Pattern TIME = Pattern.compile("([0-9]{1,6})(s|m|h)?");

  /** Accepts {@code true} and {@code false} in upper or lower case. */
  public static final FlagType<Boolean> SWITCH =
      new FlagType<>("BOOL", Form.SWITCH, FlagType::bool);

  /** The form of the flag on the command line. */
  public enum Form {
    /** The flag is given once, with a value. */
    VALUE,
    /** The flag is given once. The flag can be given without a value, which means true. */
    SWITCH,
    /** The flag has a list of values. The lists of repeated flags are joined. */
    LIST
  }

  /** A single value. */
  public static <T> FlagType<T> of(String label, Function<String, T> parser) {
    return new FlagType<>(label, Form.VALUE, parser);
  }

  /** One or more values separated by ','. */
  public static <T> FlagType<List<T>> list(String label, Function<String, T> entry) {
    return new FlagType<>(
        label,
        Form.LIST,
        text -> Stream.of(text.split(",", -1)).map(part -> entry.apply(part.strip())).toList());
  }

  /** A whole number between two bounds. */
  public static FlagType<Integer> number(int least, int most) {
    return of("N", text -> number(text, least, most));
  }

  /** A time between two bounds. A number of seconds, or a number with the unit s, m or h. */
  public static FlagType<Duration> time(Duration least, Duration most) {
    return of("TIME", text -> time(text, least, most));
  }

  /** A constant of an enum, in upper or lower case. */
  public static <E extends Enum<E>> FlagType<E> oneOf(String label, Class<E> type) {
    return of(label, text -> constant(text, type));
  }

  private static boolean bool(String text) {
    boolean on = text.equalsIgnoreCase("true");
    require(on || text.equalsIgnoreCase("false"), "expected true or false");
    return on;
  }

  static int number(String text, int least, int most) {
    String expected = "expected a whole number from %d to %d".formatted(least, most);
    try {
      int number = Integer.parseInt(text);
      require(number >= least && number <= most && text.charAt(0) != '+', expected);
      return number;
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(expected, e);
    }
  }

  static Duration time(String text, Duration least, Duration most) {
    String expected =
        "expected a time from %ds to %ds, such as %ds"
            .formatted(least.toSeconds(), most.toSeconds(), least.toSeconds());
    Matcher matcher = TIME.matcher(text);
    require(matcher.matches(), expected);
    long number = Long.parseLong(matcher.group(1));
    String unit = Optional.ofNullable(matcher.group(2)).orElse("s");
    Duration time =
        switch (unit) {
          case "h" -> Duration.ofHours(number);
          case "m" -> Duration.ofMinutes(number);
          default -> Duration.ofSeconds(number);
        };
    require(time.compareTo(least) >= 0 && time.compareTo(most) <= 0, expected);
    return time;
  }

  private static <E extends Enum<E>> E constant(String text, Class<E> type) {
    List<String> names = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      String name = constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
      if (name.equalsIgnoreCase(text.replace('_', '-'))) {
        return constant;
      }
      names.add(name);
    }
    throw new IllegalArgumentException("expected one of " + String.join(", ", names));
  }
}
