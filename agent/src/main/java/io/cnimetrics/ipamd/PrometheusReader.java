package io.cnimetrics.ipamd;

import io.cnimetrics.snapshot.IpamdError;
import io.cnimetrics.snapshot.IpamdMetrics;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Series;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Reads ipamD's metrics text and adds up the wanted series. All other lines are checked and
 * discarded. The types in the text are ignored, because several releases declare counters as
 * gauges.
 */
final class PrometheusReader {
  private static final String OWN_PREFIX = "awscni_";
  private static final String PROCESS_START = "process_start_time_seconds";

  /** The year 5138. A later start time, such as infinity, is invalid and ignored. */
  private static final double LATEST_SECONDS = 1e11;

  private static final String BUILD = "awscni_build_info";
  private static final String VERSION = "version";

  /** The labels that name the kind of an error, for each counter of errors. */
  private static final Map<String, List<String>> ERROR_LABELS =
      Map.of(
          IpamdError.API_ERRORS, List.of("api", "error"),
          IpamdError.FUNCTION_ERRORS, List.of("fn"));

  /** The maximum number of kinds for each counter. ipamD has about 40 calls and functions. */
  private static final int MAX_ERROR_KINDS = 100;

  private static final String REST = "others";

  private final Map<String, List<Series>> wanted = new HashMap<>();

  /** The labels to read, by the name of the series. */
  private final Map<String, Set<String>> labels = new HashMap<>();

  PrometheusReader(Collection<Series> wanted) {
    for (Series series : wanted) {
      this.wanted.computeIfAbsent(series.name(), name -> new ArrayList<>()).add(series);
      labels.computeIfAbsent(series.name(), name -> new HashSet<>()).add(series.label());
    }
    ERROR_LABELS.forEach(
        (name, kept) -> labels.computeIfAbsent(name, any -> new HashSet<>()).addAll(kept));
    labels.computeIfAbsent(BUILD, name -> new HashSet<>()).add(VERSION);
    labels.computeIfAbsent(PROCESS_START, name -> new HashSet<>());
  }

  /**
   * Reads the metrics text to its end.
   *
   * @throws IpamdException {@code MALFORMED} if a line of ipamD's text is invalid, {@code
   *     UNEXPECTED_SHAPE} if the text has no samples of ipamD
   * @throws IOException if the text cannot be read to its end
   */
  IpamdMetrics read(InputStream text) throws IOException {
    Sums sums = new Sums();
    SampleLines lines = new SampleLines(text, labels);
    try {
      while (lines.next()) {
        sums.add(lines);
      }
    } catch (IpamdException e) {
      boolean moreOfIpamd = lines.anyLeftBeginsWith(OWN_PREFIX);
      throw sums.sawIpamd || moreOfIpamd ? e : notIpamd();
    }
    if (!sums.sawIpamd) {
      throw notIpamd();
    }
    return new IpamdMetrics(
        sums.bySeries, sums.byError(), sums.processStart, Optional.empty(), sums.cniVersion);
  }

  private static IpamdException notIpamd() {
    return new IpamdException(
        Reason.UNEXPECTED_SHAPE, "no line of the text begins with " + OWN_PREFIX);
  }

  private final class Sums {
    private final Map<Series, Double> bySeries = new HashMap<>();
    private final Map<IpamdError, Double> byError = new HashMap<>();
    private final Map<String, Integer> errorKinds = new HashMap<>();
    private final Set<String> unlabelled = new HashSet<>();
    private OptionalDouble processStart = OptionalDouble.empty();
    private Optional<String> cniVersion = Optional.empty();
    private boolean sawIpamd;

    void add(SampleLines sample) {
      String name = sample.name();
      sawIpamd |= name.startsWith(OWN_PREFIX);
      if (!labels.containsKey(name)) {
        return;
      }
      if (!sample.labelled() && !unlabelled.add(name)) {
        throw sample.malformed("a second sample of " + name);
      }
      if (name.equals(PROCESS_START)) {
        processStart =
            Math.abs(sample.value()) <= LATEST_SECONDS
                ? OptionalDouble.of(sample.value())
                : OptionalDouble.empty();
      } else if (name.equals(BUILD)) {
        cniVersion = sample.label(VERSION).filter(version -> !version.isBlank());
      }
      List<String> errorLabels = ERROR_LABELS.get(name);
      if (errorLabels != null) {
        addError(errorLabels, sample);
      }
      for (Series series : wanted.getOrDefault(name, List.of())) {
        if (matches(series, sample)) {
          bySeries.merge(series, sample.value(), Double::sum);
        }
      }
    }

    private void addError(List<String> errorLabels, SampleLines sample) {
      String call = sample.label(errorLabels.get(0)).orElse("");
      String code = errorLabels.size() > 1 ? sample.label(errorLabels.get(1)).orElse("") : "";
      IpamdError error = new IpamdError(sample.name(), call, code);
      if (!byError.containsKey(error)
          && errorKinds.merge(sample.name(), 1, Integer::sum) > MAX_ERROR_KINDS) {
        error = new IpamdError(sample.name(), REST, "");
      }
      byError.merge(error, sample.value(), Double::sum);
    }

    Map<IpamdError, Double> byError() {
      byError.values().removeIf(total -> total < 0 || !IpamdMetrics.isUsable(total));
      return byError;
    }

    private boolean matches(Series series, SampleLines sample) {
      return series.label().isEmpty()
          || sample.label(series.label()).filter(series.values()::contains).isPresent();
    }
  }
}
