package io.cnimetrics.doctor;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Describes a check, and creates the findings of the check.
 *
 * @param id the name of the check, which never changes because alarms and documents contain it
 * @param looksAt the values that the check reads
 * @param fires the condition for each level of a finding
 * @param remedy how to solve the problem that a finding reports
 * @param link the URL of AWS's page about the problem; empty if AWS has no page
 * @param requirements the facts that the check needs; the finding reports the first missing fact
 */
record CheckSpec(
    String id,
    String looksAt,
    String fires,
    String remedy,
    Optional<String> link,
    List<Requirement> requirements) {
  private static final Pattern ID = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

  CheckSpec {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "id '%s': use words of a-z and 0-9, joined by hyphens".formatted(id));
    }
    requirements = List.copyOf(requirements);
  }

  static CheckSpec of(String id, String looksAt, String fires, String remedy) {
    return new CheckSpec(id, looksAt, fires, remedy, Optional.empty(), List.of());
  }

  CheckSpec needs(Requirement... needed) {
    return new CheckSpec(id, looksAt, fires, remedy, link, List.of(needed));
  }

  CheckSpec see(String page) {
    return new CheckSpec(id, looksAt, fires, remedy, Optional.of(page), requirements);
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
    return new Finding(id, Level.FAIL, title, evidence, cause, remedy, link);
  }

  Finding warn(String title, String evidence, String cause) {
    return new Finding(id, Level.WARN, title, evidence, cause, remedy, link);
  }

  Finding note(String title, String evidence, String cause) {
    return new Finding(id, Level.NOTE, title, evidence, cause, remedy, link);
  }

  Finding ok(String title, String evidence) {
    return new Finding(id, Level.OK, title, evidence, "", "", Optional.empty());
  }

  /**
   * @param why the reason why the check did not run
   */
  Finding notChecked(String why) {
    return new Finding(id, Level.NOT_CHECKED, "not checked", why, "", "", Optional.empty());
  }
}
