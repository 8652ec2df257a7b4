package io.cnimetrics.agent;

import io.cnimetrics.snapshot.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells what keeps polls from knowing all: when it begins, when it ends, and rarely in between. */
final class ProblemLog {
  private static final Logger log = LoggerFactory.getLogger(ProblemLog.class);
  private static final Duration TELL_AGAIN = Duration.ofHours(1);

  private final Map<String, Told> told = new HashMap<>();

  private record Told(Instant at, Problem problem) {}

  void after(Instant now, List<Problem> problems) {
    Map<String, Told> ended = new HashMap<>(told);
    for (Problem problem : problems) {
      String kind = problem.source() + " " + problem.reason();
      ended.remove(kind);
      Told before = told.get(kind);
      if (before == null || !before.at().plus(TELL_AGAIN).isAfter(now)) {
        told.put(kind, new Told(now, problem));
        log.warn(
            "problem source={} reason={} message=\"{}\"",
            problem.source().label(),
            problem.reason(),
            problem.message());
      }
    }
    ended.forEach(
        (kind, before) -> {
          told.remove(kind);
          log.info(
              "problem ended source={} reason={}",
              before.problem().source().label(),
              before.problem().reason());
        });
  }
}
