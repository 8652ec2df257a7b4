package io.cnimetrics.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.Goldens;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The page {@code docs/doctor.md}: the checks as a table. */
class DoctorDocumentGoldensTest {
  private static final String INTRODUCTION =
      """
      # Doctor

      <!-- Written from the checks by `make goldens`: change the checks, not this page. -->

      `cni-metrics-agent doctor` checks one node. It reports why pods get no address, and why the agent cannot do its
      work: each finding has a title, the evidence, the cause and the remedy. It changes nothing. It can run beside the
      agent, with the settings of the agent's container:

          kubectl -n kube-system get pods -l app.kubernetes.io/name=cni-metrics-agent \\
            --field-selector spec.nodeName=NODE
          kubectl -n kube-system exec POD -- cni-metrics-agent doctor

      | level | means |
      | --- | --- |
      | fail | pods on this node get no address, the agent cannot see whether they do, or CloudWatch rejects the test datum of `--send-test`; the exit code is 1 |
      | warn | something is wrong, was wrong at some time since ipamD started, or will be wrong soon |
      | note | worth knowing, no problem |
      | ok | no problem; shown with `--verbose`, and always in JSON |
      | not checked | a permission, a source or a second poll is missing; the finding says which |

      Without a finding of level fail the exit code is 0. A counter over 0 since ipamD started is only a warning, unless
      the pool is empty too, because the errors can be old. `--watch 2` polls twice, one `--poll-interval` apart, and
      shows which counters still rise. With `--output json` doctor prints
      `{ "findings": [ { "id", "level", "title", "evidence", "cause", "remedy", "link" } ] }`, worst first; `link`
      is left out if a check has no page. If the agent's settings do not set `--max-pods`, set it to the kubelet's
      value: `max-pods` and `node-full` depend on it.

      To see the findings of a node in trouble, simulate one: `cni-metrics-agent simulate --scenario subnet-empty`
      prints the two URLs to give to `doctor`. `--scenario` with an unknown name lists all scenarios.

      ## Checks

      The ids never change.

      """;

  @Test
  void pageIsFresh() {
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
        + "| id | looks at | fires | remedy |\n| --- | --- | --- | --- |\n"
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
