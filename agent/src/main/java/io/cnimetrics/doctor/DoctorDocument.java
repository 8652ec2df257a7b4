package io.cnimetrics.doctor;

import java.util.List;
import java.util.stream.Collectors;

/** The page {@code docs/doctor.md}: the checks as a table for people. */
final class DoctorDocument {
  private static final String INTRODUCTION =
      """
      # Doctor

      <!-- Written from the checks by `make goldens`: change the checks, not this page. -->

      `cni-metrics-agent doctor` looks at one node and says what keeps its pods from addresses, and the agent from its
      work: what is so, by which numbers, why, and what to do. It changes nothing, and may run beside the agent, with
      the settings of its container:

          kubectl -n kube-system get pods -l app.kubernetes.io/name=cni-metrics-agent \\
            --field-selector spec.nodeName=NODE
          kubectl -n kube-system exec POD -- cni-metrics-agent doctor

      | level | means |
      | --- | --- |
      | fail | pods on this node get no address, or the agent cannot see whether they do; the exit code is 1 |
      | warn | something is wrong, was wrong since ipamD started, or soon will be |
      | note | worth knowing, nothing is wrong |
      | ok | shown with `--verbose`, and always in JSON |
      | not checked | a right, a source or a second poll is missing; it says which |

      Without a failure the exit code is 0. A counter over 0 since ipamD started is a warning, because it may be long
      ago: `--watch 2` polls twice, an interval apart, and tells what is still going on. With `--output json` it prints
      `{ "findings": [ { "id", "level", "title", "evidence", "cause", "remedy", "link" } ] }`, worst first; `link`
      only where there is one. Give it the agent's settings, and `--max-pods` as the kubelet has it.

      To see what a check says, play a node in trouble: `cni-metrics-agent simulate --scenario subnet-empty` prints
      the two addresses to give to `doctor`; a wrong name lists all scenarios.

      ## Checks

      The ids never change.

      """;

  private DoctorDocument() {}

  /** Writes the page. */
  static String page(List<Check> checks) {
    return INTRODUCTION
        + "| id | looks at | fires | remedy |\n| --- | --- | --- | --- |\n"
        + checks.stream().map(Check::spec).map(DoctorDocument::row).collect(Collectors.joining());
  }

  private static String row(CheckSpec spec) {
    String remedy =
        spec.remedy().replace("<", "&lt;")
            + spec.link().map(page -> " ([more](%s))".formatted(page)).orElse("");
    return "| `%s` | %s | %s | %s |%n".formatted(spec.id(), spec.looksAt(), spec.fires(), remedy);
  }
}
