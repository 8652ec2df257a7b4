package io.cnimetrics.simulator;

import io.cnimetrics.snapshot.Source;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A fault of the HTTP server in ipamD.
 *
 * @param sources the endpoints that have it
 * @param from when it starts, in model time since the simulator started to serve
 * @param until when it ends; empty for never
 */
public record HttpFault(Kind kind, Set<Source> sources, Duration from, Optional<Duration> until) {
  /** What happens to a request. */
  public enum Kind {
    /** The connection is refused, or closed without an answer. */
    REFUSE,
    /** The connection is accepted and never answered. */
    HANG,
    /** An answer with status 500. */
    STATUS_500,
    /** A body shorter than announced. */
    TRUNCATE,
    /** Status 200 with bytes that are not the format. */
    GARBAGE;

    private static Kind named(String name) {
      return name.equals("500") ? STATUS_500 : valueOf(name.toUpperCase(Locale.ROOT));
    }
  }

  private static final Set<Source> ENDPOINTS = Set.of(Source.INTROSPECTION, Source.METRICS);
  private static final Pattern TEXT =
      Pattern.compile(
          "(refuse|hang|500|truncate|garbage)(?:@(introspection|metrics|all))?"
              + "(?::(\\d{1,9})s?-(\\d{1,9})s?)?");

  public HttpFault {
    sources = Set.copyOf(sources);
    if (from.isNegative() || until.filter(end -> end.compareTo(from) <= 0).isPresent()) {
      throw new IllegalArgumentException(
          "failure from %s until %s: must end after it starts".formatted(from, until));
    }
  }

  /**
   * Reads {@code KIND[@WHERE][:FROM-TO]}, with the kinds refuse, hang, 500, truncate and garbage,
   * the places introspection, metrics and all, and the window in model seconds, such as {@code
   * 500@metrics:60s-120s}.
   *
   * @throws IllegalArgumentException if the text is not of this form
   */
  public static HttpFault parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          ("failure '%s': expected KIND[@WHERE][:FROM-TO], KIND one of refuse, hang, 500, truncate,"
                  + " garbage, WHERE one of introspection, metrics, all, FROM and TO in seconds,"
                  + " such as 500@metrics:60s-120s")
              .formatted(text));
    }
    Kind kind = Kind.named(matcher.group(1));
    Set<Source> sources = sources(Optional.ofNullable(matcher.group(2)).orElse("all"));
    return matcher.group(3) == null
        ? new HttpFault(kind, sources, Duration.ZERO, Optional.empty())
        : new HttpFault(
            kind, sources, seconds(matcher.group(3)), Optional.of(seconds(matcher.group(4))));
  }

  /** Whether the endpoint has this fault at that time. */
  public boolean appliesTo(Source endpoint, Duration sinceServing) {
    return sources.contains(endpoint)
        && sinceServing.compareTo(from) >= 0
        && until.filter(end -> sinceServing.compareTo(end) >= 0).isEmpty();
  }

  /** Whether it starts immediately and never ends. */
  boolean lasting() {
    return from.isZero() && until.isEmpty();
  }

  private static Set<Source> sources(String where) {
    return where.equals("all") ? ENDPOINTS : Set.of(Source.valueOf(where.toUpperCase(Locale.ROOT)));
  }

  private static Duration seconds(String digits) {
    return Duration.ofSeconds(Long.parseLong(digits));
  }
}
