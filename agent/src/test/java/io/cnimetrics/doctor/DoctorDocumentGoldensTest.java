package io.cnimetrics.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.Goldens;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Writes the page {@code docs/doctor.md}, which lists the checks in a table. */
class DoctorDocumentGoldensTest {
  private static final String INTRODUCTION =
      """
      # Doctor

      <!-- Written from the checks by `make goldens`: change the checks, not this page. -->

      `cni-metrics-agent doctor` checks one node and changes nothing. It reports why pods get no address, and why the
      agent cannot do its work. Each finding has a title, the evidence, the cause and the remedy. You can run doctor in
      the agent's container. Doctor then uses the settings of the agent:

          kubectl -n kube-system get pods -l app.kubernetes.io/name=cni-metrics-agent \\
            --field-selector spec.nodeName=NODE
          kubectl -n kube-system exec POD -- cni-metrics-agent doctor

      | level | means |
      | --- | --- |
      | fail | pods on this node get no address, the agent cannot see whether pods get addresses, or CloudWatch rejects the test datum of `--send-test`; the exit code is 1 |
      | warn | something is wrong, was wrong at some time since ipamD started, or will be wrong soon |
      | note | useful to know, but not a problem |
      | ok | no problem; the table shows these findings only with `--verbose`, and JSON always contains them |
      | not checked | the check needs a permission, a source or a second poll that is missing; the finding says which |

      If no finding has the level fail, the exit code is 0. The errors that ipamD counts can be old, because ipamD counts
      from its start. Therefore a counter over 0 is usually a warning. An EC2 error that stops pods has the level fail if
      no address is available. With `--watch 2` doctor polls twice and shows which counters still rise. The time between
      two polls is `--poll-interval`. With `--output json` doctor prints the worst finding first, in this form:
      `{ "findings": [ { "id", "level", "title", "evidence", "cause", "remedy", "link" } ] }`. A finding without a page
      of AWS has no `link`. The checks `max-pods` and `node-full` depend on the kubelet's max-pods. If the agent's
      settings do not contain `--max-pods`, set this flag for doctor.

      To see the findings of a node in trouble, simulate such a node. `cni-metrics-agent simulate --scenario subnet-empty`
      prints two URLs. Give these URLs to `doctor`. With an unknown scenario, the error lists all names.

      ## Checks

      The ids never change.

      """;

  @Test
  void pageMatchesTheChecks() {
    Path page = Path.of("..", "docs", "doctor.md").toAbsolutePath().normalize();

    Goldens.check(page.toString(), page());
  }

  @Test
  void idsAreUnique() {
    assertThat(DoctorFixture.CHECKS).extracting(check -> check.spec().id()).doesNotHaveDuplicates();
  }

  @Test
  void everyRowHasAsManyCellsAsItsHead() {
    assertThat(page().lines().filter(line -> line.startsWith("| `")))
        .hasSize(DoctorFixture.CHECKS.size())
        .allSatisfy(line -> assertThat(line.split("\\|", -1)).hasSize(6));
  }

  private static String page() {
    return INTRODUCTION
        + "| id | looks at | level | remedy |\n| --- | --- | --- | --- |\n"
        + DoctorFixture.CHECKS.stream()
            .map(Check::spec)
            .map(DoctorDocumentGoldensTest::row)
            .collect(Collectors.joining());
  }

  private static String row(CheckSpec spec) {
    String remedy =
        spec.remedy().replace("<", "&lt;")
            + spec.link().map(page -> " ([more](%s))".formatted(page)).orElse("");
    return "| `%s` | %s | %s | %s |%n".formatted(spec.id(), spec.looksAt(), spec.fires(), remedy);
  }
}
