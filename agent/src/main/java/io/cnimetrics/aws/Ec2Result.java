package io.cnimetrics.aws;

import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Source;

/** The result of an EC2 request. */
public sealed interface Ec2Result<T> {
  /** EC2 answered. */
  record Found<T>(T value) implements Ec2Result<T> {}

  /**
   * EC2 refused the request, failed or did not answer.
   *
   * @param problem the problem, with the source {@link Source#EC2}
   * @param forbidden whether the agent's role lacks the permission. If true, a retry is useless
   */
  record Failed<T>(Problem problem, boolean forbidden) implements Ec2Result<T> {}
}
