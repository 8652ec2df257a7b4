package io.cnimetrics.doctor;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Describes a check, and creates the findings of the check.
 *
 * @param looksAt the values that the check reads
 * @param fires the condition for each level of a finding
 * @param advice how to solve the problem that a finding reports
 * @param requirements the facts that the check needs; the finding reports the first missing fact
 */
record CheckSpec(
    CheckId id, String looksAt, String fires, Advice advice, List<Requirement> requirements) {
  CheckSpec {
    requirements = List.copyOf(requirements);
  }

  static CheckSpec of(CheckId id, String looksAt, String fires, String remedy) {
    return new CheckSpec(id, looksAt, fires, Advice.NONE.with(remedy, List.of()), List.of());
  }

  CheckSpec needs(Requirement... needed) {
    return new CheckSpec(id, looksAt, fires, advice, List.of(needed));
  }

  /** Returns a copy whose remedy depends on what the first command shows. */
  CheckSpec cases(String... each) {
    return with(advice.withCases(each));
  }

  CheckSpec run(Command... commands) {
    return run(List.of(commands));
  }

  CheckSpec run(List<Command> commands) {
    return with(advice.withCommands(commands));
  }

  /** Returns a copy with the URL of AWS's page about the problem. */
  CheckSpec see(String page) {
    return with(advice.withLink(page));
  }

  private CheckSpec with(Advice better) {
    return new CheckSpec(id, looksAt, fires, better, requirements);
  }

  String remedy() {
    return advice.remedy();
  }

  /** Creates a check that always returns one finding. */
  Check check(Function<NodeEvidence, Finding> judge) {
    return checkAll(node -> List.of(judge.apply(node)));
  }

  /** Creates a check that returns one or more findings. */
  Check checkAll(Function<NodeEvidence, List<Finding>> judge) {
    return new Check(this, Optional.empty(), judge);
  }

  Finding fail(String title, String evidence, String cause) {
    return Finding.of(this, Level.FAIL, title, evidence, cause, advice);
  }

  Finding warn(String title, String evidence, String cause) {
    return Finding.of(this, Level.WARN, title, evidence, cause, advice);
  }

  Finding note(String title, String evidence, String cause) {
    return Finding.of(this, Level.NOTE, title, evidence, cause, advice);
  }

  Finding ok(String title, String evidence) {
    return withoutProblem(Level.OK, title, evidence);
  }

  /**
   * The finding of a check that did not run because its flag is not set.
   *
   * @param flag the text about the missing flag, such as {@code --subnets is not set}
   */
  Finding notRequested(String flag) {
    return withoutProblem(Level.NOT_CHECKED, "not requested", flag);
  }

  Finding notChecked(String why) {
    return withoutProblem(Level.NOT_CHECKED, "not checked", why);
  }

  private Finding withoutProblem(Level level, String title, String evidence) {
    return Finding.of(this, level, title, evidence, "", Advice.NONE);
  }
}
