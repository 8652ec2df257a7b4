package io.cnimetrics.cloudwatchmodel;

import io.cnimetrics.cloudwatchmodel.MetricStore.Stored;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.DoubleBinaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Evaluates the part of metric math that dashboard and alarms use. A value is a number, a {@link
 * Line}, a list of lines that a search found, or a word.
 */
final class MetricMath {
  private static final Pattern TOKEN =
      Pattern.compile("\\s*([A-Za-z_]\\w*|[0-9.]+|'[^']*'|>=|<=|==|!=|[-+*/()<>,])");
  private static final Pattern SEARCH =
      Pattern.compile("\\{(.*)} MetricName=\"(.*?)\"(?: \"(.*?)\"=\"(.*?)\")?");
  private static final Map<String, DoubleBinaryOperator> OPERATORS =
      Map.of(
          "+", (one, other) -> one + other,
          "-", (one, other) -> one - other,
          "*", (one, other) -> one * other,
          "/", (one, other) -> one / other,
          ">", (one, other) -> one > other ? 1 : 0,
          "<", (one, other) -> one < other ? 1 : 0,
          ">=", (one, other) -> one >= other ? 1 : 0,
          "<=", (one, other) -> one <= other ? 1 : 0,
          "==", (one, other) -> one == other ? 1 : 0,
          "!=", (one, other) -> one != other ? 1 : 0);

  private final MetricStore store;
  private final Window window;
  private final Map<String, Line> byId;
  private final List<String> tokens = new ArrayList<>();
  private int next;

  private MetricMath(String expression, Map<String, Line> byId, MetricStore store, Window window) {
    this.byId = byId;
    this.store = store;
    this.window = window;
    Matcher token = TOKEN.matcher(expression);
    int end = 0;
    while (token.lookingAt()) {
      tokens.add(token.group(1));
      end = token.end();
      token.region(end, expression.length());
    }
    if (!expression.substring(end).isBlank()) {
      throw new IllegalArgumentException("cannot read '%s'".formatted(expression.substring(end)));
    }
  }

  /** The lines of an expression: several for a search, otherwise one. */
  static List<Line> evaluate(
      String expression, Map<String, Line> byId, MetricStore store, Window window) {
    MetricMath math = new MetricMath(expression, byId, store, window);
    Object value = math.comparison();
    if (math.next < math.tokens.size()) {
      throw new IllegalArgumentException("%s in %s".formatted(math.tokens, expression));
    }
    return lines(value);
  }

  private Object comparison() {
    Object value = sum();
    while (isNext(">", "<", ">=", "<=", "==", "!=")) {
      value = combine(take(), value, sum());
    }
    return value;
  }

  private Object sum() {
    Object value = product();
    while (isNext("+", "-")) {
      value = combine(take(), value, product());
    }
    return value;
  }

  private Object product() {
    Object value = primary();
    while (isNext("*", "/")) {
      value = combine(take(), value, primary());
    }
    return value;
  }

  private Object primary() {
    String token = take();
    if (token.equals("(")) {
      Object value = comparison();
      expect(")");
      return value;
    } else if (Character.isDigit(token.charAt(0))) {
      return Double.valueOf(token);
    } else if (token.startsWith("'")) {
      return token.substring(1, token.length() - 1);
    } else if (isNext("(")) {
      return call(token, arguments());
    }
    return byId.containsKey(token) ? Objects.requireNonNull(byId.get(token)) : token;
  }

  private List<Object> arguments() {
    List<Object> arguments = new ArrayList<>();
    do {
      take();
      arguments.add(comparison());
    } while (isNext(","));
    expect(")");
    return arguments;
  }

  private Object call(String function, List<Object> arguments) {
    return switch (function) {
      case "PERIOD" -> (double) window.period().toSeconds();
      case "IF" -> choose(arguments);
      case "RATE" -> rate((Line) arguments.get(0));
      case "ABS" -> absolute((Line) arguments.get(0));
      case "SEARCH" -> search((String) arguments.get(0), (String) arguments.get(1));
      case "SORT" -> sort(arguments);
      default -> throw new IllegalArgumentException("no function " + function + " here");
    };
  }

  /** The function IF. Where the condition has no value, the result has no value. */
  private static Line choose(List<Object> arguments) {
    Line condition = (Line) arguments.get(0);
    Object otherwise = arguments.size() > 2 ? arguments.get(2) : Line.empty("");
    Line chosen = Line.empty("");
    condition
        .values()
        .forEach((at, holds) -> chosen.put(at, at(holds != 0 ? arguments.get(1) : otherwise, at)));
    return chosen;
  }

  /** The change since the previous value, divided by the seconds since then. */
  private static Line rate(Line line) {
    Line rates = Line.empty("");
    List<Instant> times = List.copyOf(line.values().keySet());
    for (int i = 1; i < times.size(); i++) {
      double change = at(line, times.get(i)) - at(line, times.get(i - 1));
      rates.put(
          times.get(i), change / Duration.between(times.get(i - 1), times.get(i)).toSeconds());
    }
    return rates;
  }

  private static Line absolute(Line line) {
    Line absolute = Line.empty("");
    line.values().forEach((at, value) -> absolute.put(at, Math.abs(value)));
    return absolute;
  }

  private List<Line> search(String search, String statistic) {
    Matcher parts = SEARCH.matcher(search);
    if (!parts.matches()) {
      throw new IllegalArgumentException(search);
    }
    List<String> schema = List.of(parts.group(1).replace("\"", "").split(","));
    List<String> dimensions = schema.subList(1, schema.size());
    List<Line> found = new ArrayList<>();
    for (Stored key : store.keys()) {
      Map<String, String> its = key.series().dimensions();
      if (key.namespace().equals(schema.get(0))
          && its.keySet().equals(new TreeSet<>(dimensions))
          && key.series().metric().equals(parts.group(2))
          && (parts.group(3) == null || parts.group(4).equals(its.get(parts.group(3))))) {
        String label = String.valueOf(its.get(dimensions.get(dimensions.size() - 1)));
        found.add(new Line(label, store.statistic(key, statistic, window).values()));
      }
    }
    return found;
  }

  /** Sorts by the least value, lowest first, or by the greatest value, highest first. */
  private static List<Line> sort(List<Object> arguments) {
    String order = arguments.get(1) + " " + arguments.get(2);
    Comparator<Line> comparator =
        switch (order) {
          case "MIN ASC" -> Comparator.comparingDouble(Line::least);
          case "MAX DESC" -> Comparator.comparingDouble(Line::greatest).reversed();
          default -> throw new IllegalArgumentException("sorted by " + order);
        };
    return lines(arguments.get(0)).stream()
        .sorted(comparator)
        .limit(((Double) arguments.get(3)).longValue())
        .toList();
  }

  /**
   * Combines two operands period by period. If one has no value in a period, the result has no
   * value.
   */
  private static Object combine(String operator, Object one, Object other) {
    DoubleBinaryOperator compute = Objects.requireNonNull(OPERATORS.get(operator));
    if (one instanceof Double number && other instanceof Double second) {
      return compute.applyAsDouble(number, second);
    }
    Line combined = Line.empty("");
    for (Instant at : (one instanceof Line line ? line : (Line) other).values().keySet()) {
      combined.put(at, compute.applyAsDouble(at(one, at), at(other, at)) + missing(one, other, at));
    }
    return combined;
  }

  /**
   * NaN if one side has no value, otherwise 0. A comparison with NaN gives 0 and would hide the
   * gap.
   */
  private static double missing(Object one, Object other, Instant at) {
    return 0 * (at(one, at) + at(other, at));
  }

  private static double at(Object value, Instant at) {
    return value instanceof Line line ? line.values().getOrDefault(at, Double.NaN) : (Double) value;
  }

  private static List<Line> lines(Object value) {
    List<Line> lines = new ArrayList<>();
    if (value instanceof List<?> list) {
      list.forEach(line -> lines.add((Line) line));
    } else if (value instanceof Line line) {
      lines.add(new Line(line.label(), new TreeMap<>(line.values())));
    } else {
      throw new IllegalArgumentException("no line: " + value);
    }
    return lines;
  }

  private boolean isNext(String... expected) {
    return next < tokens.size() && List.of(expected).contains(tokens.get(next));
  }

  private String take() {
    return tokens.get(next++);
  }

  private void expect(String token) {
    if (!take().equals(token)) {
      throw new IllegalArgumentException("expected %s in %s".formatted(token, tokens));
    }
  }
}
