package io.cnimetrics.dryrun;

import io.cnimetrics.catalog.Sample;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The samples that an agent would send for one minute, combined from all polls of the minute.
 *
 * @param last the latest poll of the minute
 * @param samples the combined samples that have a value
 */
public record PolledMinute(Report last, List<Sample> samples) {
  public static PolledMinute of(Report poll) {
    return new PolledMinute(poll, known(poll).toList());
  }

  private static Stream<Sample> known(Report poll) {
    return poll.samples().stream().filter(sample -> sample.value().isPresent());
  }

  /** Returns this minute with the samples of one more poll. */
  public PolledMinute and(Report later) {
    Map<String, Sample> all = new LinkedHashMap<>();
    Stream.concat(samples.stream(), known(later))
        .forEach(sample -> all.merge(series(sample), sample, Sample::and));
    return new PolledMinute(later, List.copyOf(all.values()));
  }

  private static String series(Sample sample) {
    return sample.metric().name() + sample.subnetId().orElse("");
  }

  /** Whether a poll belongs to this minute. */
  public boolean has(Report poll) {
    return of(poll).start().equals(start());
  }

  Instant start() {
    return last.snapshot().takenAt().truncatedTo(ChronoUnit.MINUTES);
  }
}
