package io.cnimetrics.aws;

import io.cnimetrics.snapshot.Problem;

/** EC2 refused the request, failed or did not answer; a later request can succeed. */
final class Ec2Exception extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient Problem problem;
  private final boolean forbidden;

  /**
   * @param forbidden whether the agent's role lacks the permission, so a retry is useless
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
