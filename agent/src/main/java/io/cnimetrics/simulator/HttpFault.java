package io.cnimetrics.simulator;

import io.cnimetrics.snapshot.Source;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A fault of ipamD's HTTP servers.
 *
 * @param sources introspection, the metrics text, or both
 * @param from the start of the fault, in model time since the HTTP servers started
 * @param until the end of the fault, in model time since the HTTP servers started
 */
public record HttpFault(Kind kind, Set<Source> sources, Duration from, Duration until) {
  /** The effect of a fault on a request. */
  public enum Kind {
    /** The connection is refused, or is closed without an answer. */
    REFUSE,
    /** The connection is accepted, but no answer is ever sent. */
    HANG,
    /** The answer has status 500. */
    STATUS_500,
    /** The body is shorter than the announced length. */
    TRUNCATE,
    /** The answer has status 200, but the body has the wrong format. */
    GARBAGE
  }

  private static final Duration NEVER = Duration.ofSeconds(Long.MAX_VALUE);
  private static final Pattern TEXT =
      Pattern.compile(
          "(refuse|hang|500|truncate|garbage)(?:@(introspection|metrics|all))?"
              + "(?::(\\d{1,9})s?-(\\d{1,9})s?)?");

  public HttpFault {
    sources = Set.copyOf(sources);
    if (until.compareTo(from) <= 0) {
      throw new IllegalArgumentException(
          "failure from %d to %d s: TO must be greater than FROM"
              .formatted(from.toSeconds(), until.toSeconds()));
    }
  }

  /**
   * Reads {@code KIND[@WHERE][:FROM-TO]}, such as {@code 500@metrics:60s-120s}. FROM and TO are
   * model seconds. The exception for a wrong text lists the valid values of KIND and WHERE.
   *
   * @throws IllegalArgumentException if the text does not have this form
   */
  public static HttpFault parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          ("failure '%s': expected KIND[@WHERE][:FROM-TO], such as 500@metrics:60s-120s. KIND is"
                  + " refuse, hang, 500, truncate or garbage. WHERE is introspection, metrics or"
                  + " all. FROM and TO are simulated seconds")
              .formatted(text));
    }
    String kind = matcher.group(1).replace("500", "status_500").toUpperCase(Locale.ROOT);
    String where = Optional.ofNullable(matcher.group(2)).orElse("all");
    boolean lasts = matcher.group(3) == null;
    return new HttpFault(
        Kind.valueOf(kind),
        Stream.of(Source.INTROSPECTION, Source.METRICS)
            .filter(source -> where.equals("all") || where.equals(source.label()))
            .collect(Collectors.toSet()),
        lasts ? Duration.ZERO : seconds(matcher.group(3)),
        lasts ? NEVER : seconds(matcher.group(4)));
  }

  private static Duration seconds(String digits) {
    return Duration.ofSeconds(Long.parseLong(digits));
  }

  /** Whether the source has this fault at that model time. */
  boolean appliesTo(Source endpoint, Duration sinceServing) {
    return sources.contains(endpoint)
        && sinceServing.compareTo(from) >= 0
        && sinceServing.compareTo(until) < 0;
  }

  /** Whether the fault starts immediately and never ends. */
  boolean lasting() {
    return from.isZero() && until.equals(NEVER);
  }
}
