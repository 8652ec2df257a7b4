package io.cnimetrics.agent;

import io.cnimetrics.snapshot.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs each problem of a poll or lookup at its start, at its end, and once an hour in between. */
final class ProblemLog {
  private static final Logger log = LoggerFactory.getLogger(ProblemLog.class);
  private static final Duration LOG_AGAIN = Duration.ofHours(1);

  /** The time of the last log line for each source and reason. */
  private final Map<String, Instant> loggedAt = new HashMap<>();

  void after(Instant now, List<Problem> problems) {
    Set<String> ended = new TreeSet<>(loggedAt.keySet());
    for (Problem problem : problems) {
      String kind = "source=" + problem.source().label() + " reason=" + problem.reason();
      ended.remove(kind);
      if (!loggedAt.getOrDefault(kind, Instant.MIN).plus(LOG_AGAIN).isAfter(now)) {
        loggedAt.put(kind, now);
        log.warn("problem {} message=\"{}\"", kind, problem.message());
      }
    }
    for (String kind : ended) {
      loggedAt.remove(kind);
      log.info("problem ended {}", kind);
    }
  }
}
