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
 * @param remedy how to solve the problem that a finding reports; each further line is one case, and
 *     begins with {@code "- "}
 * @param commands the commands of the remedy
 * @param link the URL of AWS's page about the problem; empty if AWS has no page
 * @param requirements the facts that the check needs; the finding reports the first missing fact
 */
record CheckSpec(
    String id,
    String looksAt,
    String fires,
    String remedy,
    List<String> commands,
    Optional<String> link,
    List<Requirement> requirements) {
  private static final Pattern ID = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

  CheckSpec {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "id '%s': use words of a-z and 0-9, joined by hyphens".formatted(id));
    }
    commands = List.copyOf(commands);
    requirements = List.copyOf(requirements);
  }

  static CheckSpec of(String id, String looksAt, String fires, String remedy) {
    return new CheckSpec(id, looksAt, fires, remedy, List.of(), Optional.empty(), List.of());
  }

  CheckSpec needs(Requirement... needed) {
    return new CheckSpec(id, looksAt, fires, remedy, commands, link, List.of(needed));
  }

  CheckSpec see(String page) {
    return new CheckSpec(id, looksAt, fires, remedy, commands, Optional.of(page), requirements);
  }

  /** Returns a copy with commands, which can contain the placeholders of {@link Commands}. */
  CheckSpec run(String... lines) {
    return new CheckSpec(id, looksAt, fires, remedy, List.of(lines), link, requirements);
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
    return Finding.of(this, Level.FAIL, title, evidence, cause);
  }

  Finding warn(String title, String evidence, String cause) {
    return Finding.of(this, Level.WARN, title, evidence, cause);
  }

  Finding note(String title, String evidence, String cause) {
    return Finding.of(this, Level.NOTE, title, evidence, cause);
  }

  Finding ok(String title, String evidence) {
    return Finding.without(this, Level.OK, title, evidence);
  }

  /**
   * The finding of a check that did not run because its flag is not set.
   *
   * @param flag the text about the missing flag, such as {@code --subnets is not set}
   */
  Finding notRequested(String flag) {
    return Finding.without(this, Level.NOT_CHECKED, "not requested", flag);
  }

  Finding notChecked(String why) {
    return Finding.without(this, Level.NOT_CHECKED, "not checked", why);
  }
}
