package io.cnimetrics.doctor;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The result of a check.
 *
 * @param id the id of the check
 * @param title the result in a few words
 * @param evidence the values that show the result; for a check that did not run, the reason
 * @param cause the usual cause; empty if there is no problem
 * @param remedy what to do; empty if there is nothing to do. Each line after the first one is a
 *     case
 * @param commands the commands of the remedy, one line each, with this node's ids
 * @param link a page of AWS about the problem
 * @param past whether the trouble has ended, or has perhaps ended
 * @param since when the trouble began; empty if unknown
 * @param explainedBy the id of the finding that explains this finding; empty if there is none
 */
public record Finding(
    String id,
    Level level,
    String title,
    String evidence,
    String cause,
    String remedy,
    List<String> commands,
    Optional<String> link,
    boolean past,
    Optional<Since> since,
    Optional<String> explainedBy) {
  public Finding {
    if (id.isBlank() || title.isBlank()) {
      throw new IllegalArgumentException("a finding needs an id and a title: '%s'".formatted(id));
    }
    commands = List.copyOf(commands);
  }

  static Finding of(CheckSpec spec, Level level, String title, String evidence, String cause) {
    return new Finding(
        spec.id(),
        level,
        title,
        evidence,
        cause,
        spec.remedy(),
        spec.commands(),
        spec.link(),
        false,
        Optional.empty(),
        Optional.empty());
  }

  /** A result without a problem. */
  static Finding without(CheckSpec spec, Level level, String title, String evidence) {
    return of(spec, level, title, evidence, "")
        .with(
            level, "", "", List.of(), Optional.empty(), false, Optional.empty(), Optional.empty());
  }

  /** Whether the finding is trouble that lasts. */
  boolean isPresent() {
    return !past && (level == Level.FAIL || level == Level.WARN);
  }

  /** Returns a copy with a remedy for this case. */
  Finding remedied(String better, String... lines) {
    return with(level, cause, better, List.of(lines), link, past, since, explainedBy);
  }

  /** Returns a copy with a title that says what is wrong in this case. */
  Finding titled(String better) {
    return new Finding(
        id, level, better, evidence, cause, remedy, commands, link, past, since, explainedBy);
  }

  /** Returns a copy with the cause of this case. */
  Finding causedBy(String better) {
    return with(level, better, remedy, commands, link, past, since, explainedBy);
  }

  /** Returns a copy with another level. */
  Finding at(Level other) {
    return with(other, cause, remedy, commands, link, past, since, explainedBy);
  }

  /** Returns a copy that says that the trouble has ended, or has perhaps ended. */
  Finding ended() {
    return with(level, cause, remedy, commands, link, true, since, explainedBy);
  }

  /** Returns a copy with the time when the trouble began, or a time before which it began. */
  Finding since(Optional<Since> start) {
    return with(level, cause, remedy, commands, link, past, start, explainedBy);
  }

  /** Returns a copy that is a consequence of another finding. The other finding has the remedy. */
  Finding explainedBy(Finding other) {
    Optional<String> explanation = Optional.of(other.id());
    return with(level, cause, "See " + other.id(), List.of(), link, past, since, explanation);
  }

  /**
   * Returns a copy whose commands have this node's ids. Commands that need an unknown id are left
   * out. If the trouble has perhaps ended, the first advice is to find out whether it has.
   */
  Finding onNode(NodeEvidence node) {
    boolean perhaps = past && level == Level.WARN && !remedy.startsWith("Poll twice");
    String named = Commands.named(perhaps ? POLL_TWICE + Verdict.clause(remedy) : remedy, node);
    List<String> complete =
        Commands.complete(
            perhaps
                ? Stream.concat(Stream.of(Commands.doctor("--polls 2")), commands.stream()).toList()
                : commands,
            node);
    return with(level, cause, named, complete, link, past, since, explainedBy);
  }

  private static final String POLL_TWICE = "Poll twice. If the trouble lasts: ";

  private Finding with(
      Level level,
      String cause,
      String remedy,
      List<String> commands,
      Optional<String> link,
      boolean past,
      Optional<Since> since,
      Optional<String> explainedBy) {
    return new Finding(
        id, level, title, evidence, cause, remedy, commands, link, past, since, explainedBy);
  }
}
