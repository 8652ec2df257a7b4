package io.cnimetrics.chaos;

import io.cnimetrics.testing.ServedIpamd.Answer;
import java.util.List;

/**
 * What there is to know of one node when all is over.
 *
 * @param remembers whether its agents keep state on disk
 * @param answers the truth: what its ipamD served, all of which arrived, unless an agent ended
 * @param puts what CloudWatch took
 * @param steps of the clock that its agents go by
 * @param mishaps what no node must do, whatever fails, such as to end by itself
 */
record NodeRecord(
    String name,
    boolean remembers,
    List<Answer> answers,
    List<Disturbance> disturbances,
    List<Put> puts,
    List<ClockStep> steps,
    List<String> mishaps) {
  NodeRecord {
    answers = List.copyOf(answers);
    disturbances = List.copyOf(disturbances);
    puts = List.copyOf(puts);
    steps = List.copyOf(steps);
    mishaps = List.copyOf(mishaps);
  }
}
