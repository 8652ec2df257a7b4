package io.cnimetrics.agent;

import io.cnimetrics.schedule.NodeSchedule;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs each problem of a poll or lookup when it starts, once an hour while it lasts, and when it
 * ends.
 */
final class ProblemLog {
  private static final Logger log = LoggerFactory.getLogger(ProblemLog.class);

  private final Map<Kind, Instant> loggedAt = new LinkedHashMap<>();

  private record Kind(Source source, Reason reason) {}

  void after(Instant now, List<Problem> problems) {
    Set<Kind> ended = new LinkedHashSet<>(loggedAt.keySet());
    for (Problem problem : problems) {
      Kind kind = new Kind(problem.source(), problem.reason());
      ended.remove(kind);
      if (NodeSchedule.isLogDue(loggedAt.getOrDefault(kind, Instant.MIN), now)) {
        loggedAt.put(kind, now);
        log.warn(
            "problem source={} reason={} message=\"{}\"",
            kind.source().label(),
            kind.reason(),
            problem.message());
      }
    }
    for (Kind kind : ended) {
      loggedAt.remove(kind);
      log.info("problem ended source={} reason={}", kind.source().label(), kind.reason());
    }
  }
}
