package io.cnimetrics.chaos;

import io.cnimetrics.testing.ServedIpamd.Answer;
import java.util.List;

/**
 * The data of one node at the end of the run.
 *
 * @param remembers whether its agents keep state on disk
 * @param answers the truth: what its ipamD served; all of it arrived unless an agent ended
 * @param puts what CloudWatch accepted
 * @param steps steps of the clock that its agents use
 * @param errors errors that no fault allows, such as an agent that ends without a signal
 */
record NodeRecord(
    String name,
    boolean remembers,
    List<Answer> answers,
    List<Disturbance> disturbances,
    List<Put> puts,
    List<ClockStep> steps,
    List<String> errors) {
  NodeRecord {
    answers = List.copyOf(answers);
    disturbances = List.copyOf(disturbances);
    puts = List.copyOf(puts);
    steps = List.copyOf(steps);
    errors = List.copyOf(errors);
  }
}
