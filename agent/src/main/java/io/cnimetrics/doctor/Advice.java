package io.cnimetrics.doctor;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What to do about a finding.
 *
 * @param remedy the remedy in some sentences; empty if there is nothing to do
 * @param cases what to do in each case, if the remedy depends on what the first command shows
 * @param commands the commands of the remedy, in their order
 * @param link a page of AWS about the problem; empty if AWS has no page
 */
public record Advice(
    String remedy, List<String> cases, List<Command> commands, Optional<String> link) {
  static final Advice NONE = new Advice("", List.of(), List.of(), Optional.empty());

  public Advice {
    cases = List.copyOf(cases);
    commands = List.copyOf(commands);
  }

  /** Returns a copy with another remedy, which has no cases. */
  Advice with(String better, List<Command> lines) {
    return new Advice(better, List.of(), lines, link);
  }

  Advice withCases(String... each) {
    return new Advice(remedy, List.of(each), commands, link);
  }

  Advice withCommands(List<Command> lines) {
    return new Advice(remedy, cases, lines, link);
  }

  Advice withLink(String page) {
    return new Advice(remedy, cases, commands, Optional.of(page));
  }

  private static final String POLL_TWICE = "Poll twice";

  /** Returns a copy whose first advice is to find out whether the trouble lasts. */
  Advice afterPolling() {
    return remedy.startsWith(POLL_TWICE)
        ? this
        : new Advice(
            POLL_TWICE + ". If the trouble lasts: " + Verdict.clause(remedy),
            cases,
            Command.join(List.of(AgentCommands.doctor("--polls 2")), commands),
            link);
  }

  /** The remedy, and one more line for each case. */
  public String text() {
    return Stream.concat(Stream.of(remedy), cases.stream()).collect(Collectors.joining("\n- "));
  }
}
