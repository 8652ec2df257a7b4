package io.cnimetrics.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The result of a check.
 *
 * @param title the result in a few words
 * @param evidence the values that show the result; for a check that did not run, the reason
 * @param cause the usual cause; empty if there is no problem
 * @param explainedBy the check whose finding explains this finding; empty if there is none
 */
public record Finding(
    CheckId check,
    Level level,
    String title,
    String evidence,
    String cause,
    Advice advice,
    Timing timing,
    Optional<CheckId> explainedBy) {
  public Finding {
    if (title.isBlank()) {
      throw new IllegalArgumentException("a finding of %s has no title".formatted(check));
    }
  }

  /**
   * When there was trouble.
   *
   * @param past whether the trouble has ended, or has perhaps ended
   * @param since when the trouble began; empty if unknown
   */
  public record Timing(boolean past, Optional<Since> since) {
    static final Timing UNKNOWN = new Timing(false, Optional.empty());
  }

  static Finding of(
      CheckSpec spec, Level level, String title, String evidence, String cause, Advice advice) {
    return new Finding(
        spec.id(), level, title, evidence, cause, advice, Timing.UNKNOWN, Optional.empty());
  }

  public String id() {
    return check.toString();
  }

  /** Whether the finding is trouble that lasts. */
  boolean isPresent() {
    return !past() && (level == Level.FAIL || level == Level.WARN);
  }

  boolean past() {
    return timing.past();
  }

  Optional<Since> since() {
    return timing.since();
  }

  String remedy() {
    return advice.remedy();
  }

  /** The commands of the remedy, with their notes as comments. */
  List<String> commandLines() {
    return advice.commands().stream().map(Command::line).toList();
  }

  /** Returns a copy with a remedy for this case. */
  Finding remedied(String better, Command... commands) {
    return remedied(better, List.of(commands));
  }

  /** Returns a copy with a remedy for this case. */
  Finding remedied(String better, List<Command> commands) {
    return with(advice.with(better, commands));
  }

  /** Returns a copy with one more case, which stands before the others. */
  Finding orInCase(String first) {
    List<String> cases = new ArrayList<>(advice.cases());
    cases.add(0, first);
    return with(advice.withCases(cases.toArray(String[]::new)));
  }

  private Finding with(Advice better) {
    return new Finding(check, level, title, evidence, cause, better, timing, explainedBy);
  }

  /** Returns a copy with a title that says what is wrong in this case. */
  Finding titled(String better) {
    return new Finding(check, level, better, evidence, cause, advice, timing, explainedBy);
  }

  /** Returns a copy with the cause of this case. */
  Finding causedBy(String better) {
    return new Finding(check, level, title, evidence, better, advice, timing, explainedBy);
  }

  /** Returns a copy with another level. */
  Finding at(Level other) {
    return new Finding(check, other, title, evidence, cause, advice, timing, explainedBy);
  }

  /** Returns a copy that says that the trouble has ended, or has perhaps ended. */
  Finding ended() {
    return with(new Timing(true, since()));
  }

  /** Returns a copy with the time when the trouble began, or a time before which it began. */
  Finding since(Optional<Since> start) {
    return with(new Timing(past(), start));
  }

  private Finding with(Timing other) {
    return new Finding(check, level, title, evidence, cause, advice, other, explainedBy);
  }

  /** Returns a copy that is a consequence of another finding. The other finding has the remedy. */
  Finding explainedBy(Finding other) {
    Advice see = advice.with("See " + other.id(), List.of());
    return new Finding(
        check, level, title, evidence, cause, see, timing, Optional.of(other.check()));
  }

  /**
   * Returns a copy whose commands have this node's ids. Commands that need an unknown id are left
   * out. If the trouble has perhaps ended, the first advice is to find out whether it has.
   */
  Finding onNode(NodeEvidence node) {
    Advice better = past() && level == Level.WARN ? advice.afterPolling() : advice;
    return with(better.withCommands(CommandCompletion.complete(better.commands(), node)));
  }
}
