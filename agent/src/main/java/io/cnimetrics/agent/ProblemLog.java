package io.cnimetrics.agent;

import io.cnimetrics.snapshot.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs problems of polls and lookups: at their start, at their end, and once an hour in between.
 */
final class ProblemLog {
  private static final Logger log = LoggerFactory.getLogger(ProblemLog.class);
  private static final Duration LOG_AGAIN = Duration.ofHours(1);

  private final Map<String, Logged> logged = new HashMap<>();

  private record Logged(Instant at, Problem problem) {}

  void after(Instant now, List<Problem> problems) {
    Map<String, Logged> ended = new HashMap<>(logged);
    for (Problem problem : problems) {
      String kind = problem.source() + " " + problem.reason();
      ended.remove(kind);
      Logged before = logged.get(kind);
      if (before == null || !before.at().plus(LOG_AGAIN).isAfter(now)) {
        logged.put(kind, new Logged(now, problem));
        log.warn(
            "problem source={} reason={} message=\"{}\"",
            problem.source().label(),
            problem.reason(),
            problem.message());
      }
    }
    ended.forEach(
        (kind, before) -> {
          logged.remove(kind);
          log.info(
              "problem ended source={} reason={}",
              before.problem().source().label(),
              before.problem().reason());
        });
  }
}
