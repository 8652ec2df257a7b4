package io.cnimetrics.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.Goldens;
import io.cnimetrics.simulator.NamedScenario;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Writes the page {@code docs/doctor.md}, which lists the checks in a table. */
class DoctorDocumentGoldensTest {
  private static final String INTRODUCTION =
      """
      # Doctor

      <!-- Written from the checks by `make goldens`: change the checks, not this page. -->

      `cni-metrics-agent doctor` checks one node and changes nothing. It answers the question "Why do my pods get no
      address now, and which commands help?". It also finds out whether the agent can read ipamD and publish metrics. You can
      run doctor in the agent's container. Doctor then uses the settings of the agent:

          kubectl -n kube-system exec $(kubectl -n kube-system get pod -o name -l \\
            app.kubernetes.io/name=cni-metrics-agent --field-selector spec.nodeName=NODE) -- cni-metrics-agent doctor

      ## What doctor prints

      This node is simulated by `doctor --simulate security-group-gone`:

      """;

  private static final String EXPLANATION =
      """

      - The first line names the node, its instance type, the cluster, and the release of the VPC CNI if ipamD reports it.
        Below it is the time of the last poll.
      - The next line is the **verdict**: one sentence that says whether pods get addresses and, if not, since when and
        why. The answer is yes, no, late, only between restarts of ipamD, not known, or that no pod has requested an
        address. The time can be unknown if doctor polls once and no agent runs. While all free addresses are cooling, the
        verdict also says how many addresses pods hold, and when the next pod gets one.
      - The first **finding** is the reason for the verdict, with evidence, cause, effects, remedy, commands and an AWS page.
        The effects are the symptoms of this finding. The commands that only read come first.
      - **Also** lists further findings, without their commands. **Not urgent** lists findings that do not stop pods from
        getting addresses. If there are only such findings, the verdict says that they are not urgent.
      - The last lines count the findings, and say what to do next. `--verbose` shows all findings with their commands, and
        why a check did not run: a permission, a source or a second poll is missing. Doctor does not check images, volumes and
        the container runtime: the events of a pod show their errors.

      | level | means |
      | --- | --- |
      | fail | pods on this node get no address now, doctor cannot see whether pods get addresses, or CloudWatch rejects the test datum of `--send-test`; the exit code is 1 |
      | warn | something is wrong now, or perhaps now |
      | note | the trouble has ended, or the fact is useful but is no problem |
      | ok | no problem; the table shows these findings only with `--verbose`, and JSON always contains them |
      | not checked | the check cannot judge; the finding says why |

      If no finding has the level fail, the exit code is 0.

      ### Now, and since when

      ipamD counts its errors since its start, and does not report when they happened. Therefore doctor calls trouble present
      only if a counter rose in the last three minutes. The agent on this node knows which counters rose and when. Doctor
      reads this from the agent's page `/status` at `--health-address`, and then needs only one poll. If no agent answers,
      doctor needs a second poll: `--polls 2` polls twice, with `--poll-interval` between the polls. If a counter over 0 did
      not rise, the finding is a note. If doctor cannot know whether it rose, the finding is a warning, and the evidence says
      that the time is unknown.

      Refused pods are present trouble only while their counter rises at least every 25 s, because the kubelet tries again
      after 10 to 15 s.

      If the first poll of the agent or of doctor already saw the trouble, its beginning is unknown. Doctor then prints
      `before 10:03 UTC` with the time of that poll.

      ### Commands

      Lines that begin with `$` are complete commands in one line. They contain the ids of this node, so you can paste them
      into a shell. Some values are your choice, such as one more subnet for pods: the line before the command names the
      variable that you set first. Without this value the command changes nothing. A command without one of its ids is left
      out. A line above the commands says whether they run on your machine or on the node. On your machine, `kubectl` needs
      the context of this cluster. The command before the first one on the node opens a shell there, by SSM or else by
      `kubectl debug`. `Changes every node` marks a command that changes more than this node. In JSON these lines are comments
      after the command.

      Some remedies change a setting of aws-node. `aws eks update-addon` is for an aws-node that is an EKS add-on: the
      setting is then a value of the add-on, and later updates keep it. An update can undo `kubectl set env`. If the
      command prints `ResourceNotFoundException`, aws-node is no add-on, nothing was changed, and `kubectl set env` is
      right. The command for the add-on needs `jq`, and keeps the values and the role that the add-on has. If these values
      cannot be read as JSON, the command changes nothing. With the option `PRESERVE` of the command, EKS also keeps a value
      that was set with kubectl. Therefore one more command shows the result: if the old value stays, use `kubectl set env`
      too.

      Beside a failure or a warning, notes have one line each. `--verbose` shows all their advice, and the checks that run
      only with `--subnets` or `--send-test`.

      ### JSON

      `--output json` prints one document:

          { "verdict": { "level", "text", "finding" },
            "findings": [ { "id", "level", "title", "evidence", "cause", "remedy", "commands": [ ],
                            "since", "sinceBefore", "explainedBy", "link" } ] }

      `verdict.finding` is the id of the finding that the verdict is based on. It is absent if the level of the verdict is ok.
      In each finding the fields up to `commands` are always present, and empty if there is nothing to do. `since` is the time
      at which the trouble began. If only a later time is known, `sinceBefore` has this time instead. `explainedBy` is the id
      of the finding that is the cause, and `link` is a page of AWS. These four fields can be absent.

      ### Max pods

      The checks `max-pods` and `node-full` depend on the kubelet's max-pods. If you do not set the flag `--max-pods`, doctor
      reads the kubelet's arguments and its configuration file on Amazon Linux and Bottlerocket. In a pod these files are
      usually not visible. Then doctor assumes a number, and the check `max-pods` shows this number.

      ### A simulated node

      `doctor --simulate subnet-empty` examines a simulated node with an empty subnet, and reads nothing of this machine.
      Doctor does not wait between the polls. `simulate --list` prints all scenarios.

      ## Checks

      The ids never change.

      """;

  @Test
  void pageMatchesTheChecks() {
    Path page = Path.of("..", "docs", "doctor.md").toAbsolutePath().normalize();

    Goldens.check(page.toString(), page());
  }

  @Test
  void eachIdHasOneCheckAndIsMadeOfWordsAndHyphens() {
    assertThat(DoctorFixture.CHECKS)
        .extracting(check -> check.spec().id())
        .containsExactlyInAnyOrder(CheckId.values());
    assertThat(CheckId.values())
        .extracting(CheckId::toString)
        .doesNotHaveDuplicates()
        .allMatch(id -> id.matches("[a-z][a-z0-9]*(-[a-z0-9]+)*"));
  }

  @Test
  void everyRowHasAsManyCellsAsItsHead() {
    assertThat(page().lines().filter(line -> line.startsWith("| `")))
        .hasSize(DoctorFixture.CHECKS.size())
        .allSatisfy(line -> assertThat(line.split("\\|", -1)).hasSize(6));
  }

  private static String page() {
    return INTRODUCTION
        + sample()
        + EXPLANATION
        + "| id | looks at | level | remedy |\n| --- | --- | --- | --- |\n"
        + DoctorFixture.CHECKS.stream()
            .map(Check::spec)
            .map(DoctorDocumentGoldensTest::row)
            .collect(Collectors.joining());
  }

  private static String sample() {
    return DoctorTexts.output(NamedScenario.SECURITY_GROUP_GONE)
        .lines()
        .map(line -> line.isEmpty() ? "" : "    " + line)
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private static String row(CheckSpec spec) {
    return "| `%s` | %s | %s | %s |%n"
        .formatted(spec.id(), spec.looksAt(), levels(spec.fires()), DoctorTexts.remedy(spec));
  }

  /** Each level in a line of its own. */
  private static String levels(String fires) {
    return fires.replaceAll("; (?=warn |note |otherwise )", "<br>");
  }
}
