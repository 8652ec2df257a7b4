package io.cnimetrics.chaos;

import io.cnimetrics.testing.ServedIpamd.Answer;
import java.util.List;

/**
 * The data of one node from a run.
 *
 * @param remembers whether the agents keep state on disk
 * @param answers the answers of the node's ipamD. The agent received all of them, except when it
 *     ended during a read.
 * @param puts the datums that CloudWatch accepted
 * @param steps the changes of the agents' clock
 * @param errors errors that no fault explains, such as an agent that ends without a signal
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
