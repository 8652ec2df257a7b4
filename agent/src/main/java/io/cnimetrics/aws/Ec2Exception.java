package io.cnimetrics.aws;

import io.cnimetrics.snapshot.Problem;

/** EC2 refused, failed or did not answer; later it may. */
final class Ec2Exception extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient Problem problem;
  private final boolean forbidden;

  /**
   * @param forbidden whether our role lacks the right, so that asking again is of no use
   */
  Ec2Exception(Problem problem, boolean forbidden) {
    super(problem.message());
    this.problem = problem;
    this.forbidden = forbidden;
  }

  Problem problem() {
    return problem;
  }

  boolean forbidden() {
    return forbidden;
  }
}
