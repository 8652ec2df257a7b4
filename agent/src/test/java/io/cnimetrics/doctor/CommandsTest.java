package io.cnimetrics.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cnimetrics.simulator.NamedScenario;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.testing.Snapshots;
import io.cnimetrics.text.Palette;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that doctor prints do the same in every shell into which a person pastes them. */
class CommandsTest {
  private static List<Command> commands = List.of();

  /** The commands of all checks and scenarios, with the ids of a node. */
  @BeforeAll
  static void collect() {
    NodeEvidence node = DoctorFixture.poll(NamedScenario.HEALTHY);
    Stream<Command> ofChecks =
        DoctorFixture.CHECKS.stream()
            .map(check -> check.spec().advice().commands())
            .flatMap(each -> CommandCompletion.complete(each, node).stream());
    Stream<Command> ofScenarios =
        Arrays.stream(NamedScenario.values())
            .filter(scenario -> scenario != NamedScenario.INTROSPECTION_HANGS) // It needs 5 s.
            .flatMap(scenario -> DoctorFixture.findings(scenario, 2).stream())
            .flatMap(finding -> finding.advice().commands().stream());
    commands =
        Stream.concat(ofChecks, ofScenarios)
            .distinct()
            .sorted(Comparator.comparing(Command::line))
            .toList();
  }

  private static List<String> lines() {
    return commands.stream().map(Command::line).toList();
  }

  private static List<String> complete(List<Command> commands, NodeEvidence node) {
    return CommandCompletion.complete(commands, node).stream().map(Command::line).toList();
  }

  @Test
  void eachCommandIsOneLineWithoutPlaceholders() {
    assertThat(lines())
        .hasSizeGreaterThan(20)
        .noneMatch(command -> command.contains("\n"))
        .noneMatch(command -> command.matches(".*<[a-z][^>]*>.*"));
  }

  @Test
  void shellUnderstandsEachCommand() throws IOException, InterruptedException {
    Process shell = new ProcessBuilder("sh", "-n").redirectErrorStream(true).start();
    shell.getOutputStream().write(String.join("\n", lines()).getBytes(StandardCharsets.UTF_8));
    shell.getOutputStream().close();
    try (InputStream output = shell.getInputStream()) {
      assertThat(new String(output.readAllBytes(), StandardCharsets.UTF_8)).isEmpty();
    }
    assertThat(shell.waitFor()).isZero();
  }

  /**
   * Interactive zsh does not support comments: it passes "#" and the words after it as arguments.
   */
  @Test
  void linesOfTheTablePassTheSameArgumentsInEveryShell(@TempDir Path dir) throws Exception {
    List<String> lines = linesOfTheTable();
    Path programs = Files.createDirectory(dir.resolve("bin"));
    for (String name : FAKES) {
      Path program = Files.createFile(programs.resolve(name));
      Files.writeString(program, "#!/bin/sh\nprintf '%s\\n' " + name + " \"$@\" >>\"$ARGS\"\n");
      assertThat(program.toFile().setExecutable(true)).isTrue();
    }
    List<String> scripts = new ArrayList<>();
    for (String shell : SHELLS) {
      if (Stream.of("/bin/", "/usr/bin/").anyMatch(bin -> Files.exists(Path.of(bin + shell)))) {
        Path arguments = dir.resolve(shell);
        ProcessBuilder run =
            new ProcessBuilder(shell.equals("zsh") ? List.of("zsh", "-fi") : List.of(shell));
        run.environment().put("ARGS", arguments.toString());
        run.environment().put("PATH", programs + ":/usr/bin:/bin");
        Process process =
            run.directory(dir.toFile())
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve(shell + ".out").toFile())
                .start();
        process
            .getOutputStream()
            .write((String.join("\n", lines) + "\nexit\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).as(shell).isTrue();
        scripts.add(Files.readString(arguments));
      }
    }

    assertThat(scripts).isNotEmpty().containsOnly(scripts.get(0));
    assertThat(scripts.get(0)).contains("kubectl\n", "aws\n").doesNotContain("\n#\n");
  }

  /** Checks the same rule as the test above, but without zsh. */
  @Test
  void linesOfTheTableHaveNoCommentAndNoUnquotedPattern() {
    assertThat(linesOfTheTable())
        .hasSizeGreaterThan(20)
        .allSatisfy(
            line ->
                assertThat(line.replaceAll("'[^']*'", "''"))
                    .doesNotContainPattern("#|[*?\\[\\]!^]|(^| )[=~]"));
  }

  /** A note about a command is a text before the command. */
  @Test
  void noteIsTextBeforeTheCommand() {
    assertThat(table(finding(AwsNodeCommands.setting("WARM_IP_TARGET=5"))).toList())
        .containsSubsequence(
            "      Changes every node too; only after ResourceNotFoundException, or if get ds",
            "      still prints the old value:",
            "      $ kubectl -n kube-system set env ds aws-node WARM_IP_TARGET=5");
  }

  @Test
  void placeStandsBeforeTheFirstCommandThatRunsThere() {
    assertThat(
            table(
                finding(
                    Command.of("kubectl a").noted("note"),
                    Command.of("b"),
                    Command.onNode("c"),
                    Command.onNode("d"),
                    Command.of("aws e"))))
        .containsSubsequence(
            "      On your machine, with this cluster's kubectl context. Note:",
            "      $ kubectl a",
            "      $ b",
            "      On the node:",
            "      $ c",
            "      $ d",
            "      Back on your machine:",
            "      $ aws e")
        .filteredOn(line -> line.endsWith(":"))
        .hasSize(3);
  }

  /** The first finding can have no command with kubectl. */
  @Test
  void contextStandsBeforeTheFirstKubectlCommandOfThePage() {
    assertThat(
            table(
                finding(Command.of("aws a"), Command.onNode("b")),
                finding(Command.of("aws c"), Command.of("kubectl d"), Command.of("kubectl e"))))
        .containsSubsequence(
            "      On your machine:",
            "      $ aws a",
            "      On the node:",
            "      $ b",
            "      Back on your machine:",
            "      $ aws c",
            "      With this cluster's kubectl context:",
            "      $ kubectl d",
            "      $ kubectl e")
        .filteredOn(line -> line.contains("kubectl context"))
        .hasSize(1);
  }

  private static final List<String> FAKES =
      List.of("kubectl", "aws", "sudo", "curl", "getent", "chronyc", "nc", "ssh");
  private static final List<String> SHELLS = List.of("sh", "bash", "zsh");

  private static List<String> linesOfTheTable() {
    return table(finding(commands))
        .filter(line -> line.strip().startsWith("$ "))
        .map(line -> line.strip().substring(2))
        .toList();
  }

  private static Finding finding(Command... lines) {
    return finding(List.of(lines));
  }

  private static Finding finding(List<Command> lines) {
    return DoctorFixture.CHECKS
        .get(0)
        .spec()
        .fail("title", "evidence", "cause")
        .remedied("do", lines);
  }

  private static Stream<String> table(Finding... findings) {
    NodeIdentity node = new NodeIdentity("n", Optional.empty(), Optional.empty(), Instance.UNKNOWN);
    Diagnosis diagnosis =
        new Diagnosis(
            new Verdict(Level.FAIL, "", Optional.empty()), List.of(findings), Instant.EPOCH);
    return DoctorTable.of(node, Optional.empty(), diagnosis, true, Palette.PLAIN).lines();
  }

  @Test
  void commandThatChangesTheAddOnOrTheDaemonSetSaysThatItChangesEveryNode() {
    assertThat(lines())
        .filteredOn(
            command ->
                command.contains(" set env ds aws-node ")
                    || command.contains("update-addon")
                    || command.contains("attach-role-policy"))
        .isNotEmpty()
        .allMatch(command -> command.contains("  # changes every node"));
  }

  @ParameterizedTest
  @CsvSource({
    "NEARLY_FULL, node-full, aws eks update-nodegroup-config",
    "NODE_FULL, node-full, aws eks update-nodegroup-config",
    "PODS_REFUSED, node-full, aws eks update-nodegroup-config",
    "SUBNET_FRAGMENTED, ec2-no-prefixes, aws ec2 create-subnet-cidr-reservation",
    "CRASH_LOOP, ipamd-restarts, kubectl -n kube-system set resources ds aws-node",
    "MAX_PODS_TOO_HIGH, max-pods, kubectl patch ec2nodeclass"
  })
  void adviceSaysWhatToType(NamedScenario scenario, String id, String command) {
    assertThat(DoctorFixture.findings(scenario, 2))
        .filteredOn(finding -> finding.id().equals(id))
        .flatExtracting(Finding::commandLines)
        .anyMatch(line -> line.startsWith(command));
  }

  /** EC2 lists the prefixes of a node, but not the addresses of its pods. */
  @Test
  void podsWithoutAnAddressOfTheInstanceAreListedOnlyIfTheNodeHasSingleAddresses(@TempDir Path dir)
      throws Exception {
    String command =
        PodCommands.podsWithoutAddress(DoctorFixture.poll(NamedScenario.FORCED_REMOVAL)).line();
    String output =
        shell(
            dir,
            "aws() { printf '10.0.0.1\\t10.0.0.2'; }",
            "kubectl() { printf 'NAME IP\\na 10.0.0.1\\nb 10.0.0.12\\n'; }",
            command.replaceAll("<[^>]*>", "x"));

    assertThat(output).isEqualTo("NAME IP\nb 10.0.0.12\n");
    assertThat(
            shell(
                dir,
                "aws() { return 254; }",
                "kubectl() { printf 'NAME IP\\na 10.0.0.1\\n'; }",
                command.replaceAll("<[^>]*>", "x")))
        .as("no pod is listed if EC2 gives no answer")
        .isEmpty();
    assertThat(PodCommands.podsWithoutAddress(DoctorFixture.poll(NamedScenario.MIXED_PREFIXES)))
        .isEqualTo(PodCommands.PODS_OF_NODE);
  }

  /** Pods on a branch ENI are healthy, but EC2 does not list their addresses with the instance. */
  @Test
  void podsOfANodeWithATrunkAreAllListed() {
    assertThat(PodCommands.podsWithoutAddress(nodeOf(Snapshots.eni(0, 14, 4, 0))).text())
        .contains("status.phase=Running");
    assertThat(
            PodCommands.podsWithoutAddress(
                nodeOf(Snapshots.eni(0, 14, 4, 0), Snapshots.trunk(1, 0, 0))))
        .isEqualTo(PodCommands.PODS_OF_NODE);
  }

  private static NodeEvidence nodeOf(Eni... enis) {
    return DoctorFixture.evidence(
        List.of(Snapshots.nothingRead().enis(enis).build()), Optional.empty());
  }

  /** A person can paste all lines before the first value is chosen. */
  @Test
  void commandWithoutItsChosenValueChangesNothing(@TempDir Path dir) throws Exception {
    for (Command each :
        List.of(
            EniCommands.SET_SUBNET_OF_ENICONFIG,
            EniCommands.SET_GROUP_OF_ENICONFIG,
            AgentCommands.setChosen("AWS_CLUSTER_ID", "CLUSTER"))) {
      assertThat(shell(dir, "kubectl() { echo changed; }", each.line())).isEmpty();
      assertThat(shell(dir, "kubectl() { echo changed; }", "SUBNET=s SG=s CLUSTER=c", each.line()))
          .isEqualTo("changed\n");
    }
  }

  /** A program that answers instead of ipamD could otherwise choose what a person pastes. */
  @ParameterizedTest
  @ValueSource(
      strings = {"x;>made;", "x';>made;'", "<this node>;>made;#", "<this cluster>;>made;#"})
  void nameThatIpamdReportsIsOneWordForTheShell(String name, @TempDir Path dir) throws Exception {
    for (Command each :
        List.of(
            AwsCommands.callersOf(name),
            AwsCommands.denialsOf(name),
            AwsCommands.eventsOf(name),
            AwsCommands.allow("ec2:" + name),
            EniCommands.allowPodsIn(name),
            EniCommands.eniConfigLike(name, "a"),
            PodRoutes.podsWith(List.of(name)))) {
      shell(dir, "cd " + dir, "aws() { :; }", "kubectl() { :; }", withHostileIds(each));
      assertThat(dir.resolve("made")).as(each.text()).doesNotExist();
    }
  }

  /** Fills the placeholders with ids that need quotes. */
  private static String withHostileIds(Command command) {
    String filled = command.text();
    for (Placeholder each : Placeholder.values()) {
      filled = filled.replace(each.toString(), Command.quoted("it's a node"));
    }
    return filled;
  }

  @Test
  void wordWithALineBreakIsOnOneLine() {
    assertThat(Command.quoted("a\nb\r")).isEqualTo("'a?b?'");
  }

  /** The AWS CLI otherwise reads the events of 90 days, which takes minutes. */
  @Test
  void searchInCloudTrailEnds() {
    assertThat(lines())
        .filteredOn(command -> command.contains("cloudtrail lookup-events"))
        .isNotEmpty()
        .allMatch(command -> command.matches(".* --max-items [0-9]+ .*"));
  }

  /** A pod of a Job that is deleted counts as a failure of the Job. */
  @Test
  void waitingPodsOfJobsAreNotDeleted(@TempDir Path dir) throws Exception {
    String command =
        PodCommands.movePendingPods().stream()
            .map(Command::line)
            .filter(line -> line.contains("delete pod"))
            .findFirst()
            .orElseThrow();

    String output =
        shell(
            dir,
            """
            kubectl() {
              printf '%s\n' 'a web-1 <none> ReplicaSet' 'a job-1 <none> Job' 'b db-0 <none> StatefulSet' \
                'b web-2 10.0.0.1 ReplicaSet' 'b bare <none> <none>'
            }\
            """,
            command.replaceAll("<this node>", "x").replace("kubectl delete", "echo delete"));

    assertThat(output).isEqualTo("delete pod -n a web-1\ndelete pod -n b db-0\n");
  }

  /** EKS would otherwise be asked for a release without a name. */
  @ParameterizedTest
  @CsvSource({"v1.20.4-eksbuild.1, true", "None, false", "'', false"})
  void addOnIsUpgradedOnlyToAKnownRelease(String release, boolean upgraded, @TempDir Path dir)
      throws Exception {
    assumeTrue(Files.exists(Path.of("/usr/bin/jq")));
    String output =
        shell(
            dir,
            "RELEASE='%s'".formatted(release),
            "aws() { if [ \"$2\" = describe-addon ]; then echo '{\"addon\":{}}'; else echo \"$*\";"
                + " fi; }",
            AwsNodeCommands.UPGRADE.line().replaceAll("<[^>]*>", "x"));

    assertThat(output.contains("\"addonVersion\":\"v1.20.4-eksbuild.1\"")).isEqualTo(upgraded);
    assertThat(output).doesNotContain("None");
  }

  /** Pods that wait for an address, pods on the host network and ended pods hold no address. */
  @Test
  void podCountIsThatOfThePodsWithAnAddress(@TempDir Path dir) throws Exception {
    String output =
        shell(
            dir,
            """
            kubectl() {
              printf '%s\n' '<none> 10.0.0.1 Running' '<none> 10.0.0.2 Pending' \
                '<none> <none> Pending' 'true 10.0.0.9 Running' '<none> 10.0.0.3 Succeeded'
            }\
            """,
            PodCommands.POD_COUNT.line().replaceAll("<this node>", "x"));

    assertThat(output.strip()).isEqualTo("2");
  }

  @Test
  void commandWithoutAKnownIdIsLeftOut() {
    NodeEvidence healthy = DoctorFixture.poll(NamedScenario.HEALTHY);
    NodeIdentity identity =
        new NodeIdentity("it's a node", Optional.empty(), Optional.empty(), Instance.UNKNOWN);
    NodeEvidence unknown =
        new NodeEvidence(
            healthy.polls(), healthy.agent(), identity, healthy.origins(), healthy.agentSettings());

    List<Command> ofRole = List.of(AwsCommands.ROLE_OF_AWS_NODE, AwsCommands.TRUST_OF_ROLE);
    assertThat(complete(ofRole, healthy)).hasSize(2);
    assertThat(complete(ofRole, unknown)).as("without the cluster the role is unknown").isEmpty();
    assertThat(complete(List.of(EniCommands.ENI_COUNT), unknown))
        .containsExactly(
            "aws ec2 describe-instances --region \"$(kubectl get node 'it'\\''s a node' -o"
                + " jsonpath='{.metadata.labels.topology\\.kubernetes\\.io/region}')\""
                + " --instance-ids \"$(kubectl get node 'it'\\''s a node' -o"
                + " jsonpath='{.spec.providerID}' | sed 's|.*/||')\""
                + " --query 'Reservations[].Instances[].length(NetworkInterfaces)' --output text");
    assertThat(complete(List.of(PodCommands.PODS_OF_NODE), unknown))
        .containsExactly(
            "kubectl get pods -A -o wide --field-selector spec.nodeName='it'\\''s a node'");
  }

  @Test
  void nodeIsReplacedByDrainingAndThenTerminatingIt() {
    assertThat(complete(PodCommands.replaceNode(), DoctorFixture.poll(NamedScenario.HEALTHY)))
        .containsExactly(
            "kubectl drain --ignore-daemonsets --delete-emptydir-data --timeout=10m node"
                + "  # restarts the pods of this node elsewhere; their emptyDir data is lost",
            "aws autoscaling terminate-instance-in-auto-scaling-group --region eu-west-1"
                + " --no-should-decrement-desired-capacity --instance-id i-0123456789abcdef0"
                + "  # after drain has ended, for a node of a node group: terminates the node; the"
                + " group starts another",
            "kubectl delete node node  # after drain has ended, for a node of Karpenter only:"
                + " terminates the node");
  }

  /**
   * The command keeps interfaces in other subnets and interfaces that the VPC CNI did not create.
   */
  @Test
  void deletesOnlyUnattachedInterfacesOfTheVpcCniInTheSubnetsOfTheNode() {
    NodeEvidence node = DoctorFixture.poll(NamedScenario.SUBNET_EMPTY);
    String subnet = node.subnetIds().iterator().next();

    assertThat(node.subnetIds()).hasSize(1);
    assertThat(complete(EniCommands.freeAddresses(Optional.empty()), node))
        .filteredOn(command -> command.contains("$ENIS"))
        .satisfiesExactly(
            list ->
                assertThat(list)
                    .startsWith("ENIS=\"$(aws ec2 describe-network-interfaces ")
                    .contains(
                        "--filters Name=status,Values=available Name=subnet-id,Values="
                            + subnet
                            + " ",
                        "Name=description,Values='aws-K8S-*'",
                        // An aws-node without CLUSTER_NAME creates ENIs without this tag.
                        "?TagSet[?Key==`\"cluster.k8s.amazonaws.com/name\"` &&"
                            + " Value!=`\"'payments'\"`]==`[]`]"),
            delete ->
                assertThat(delete)
                    .startsWith(
                        "echo \"$ENIS\" | cut -f 1 | xargs -r -n 1 aws ec2"
                            + " delete-network-interface"));
  }

  /** VPC CNI releases before 1.22 do not report subnets. */
  @Test
  void asksEc2ForTheSubnetsThatIpamdDoesNotReport() {
    NodeEvidence old = DoctorFixture.poll(NamedScenario.FAULTY_RELEASE);

    assertThat(old.subnetIds()).isEmpty();
    assertThat(complete(EniCommands.freeAddresses(Optional.empty()), old))
        .filteredOn(command -> command.contains("Name=subnet-id,Values="))
        .hasSize(1)
        .allMatch(
            command ->
                command.contains(
                    "Values=\"$(aws ec2 describe-instances --region eu-west-1"
                        + " --instance-ids i-0123456789abcdef0"));
  }

  @Test
  void shellIsOpenedOnceBeforeTheFirstCommandThatRunsOnTheNode() {
    List<String> complete =
        complete(
            List.of(AwsNodeCommands.LAST_STATE, NodeCommands.ERRORS_OF_IPAMD, NodeCommands.CLOCK),
            DoctorFixture.poll(NamedScenario.HEALTHY));

    assertThat(complete).hasSize(4);
    assertThat(complete.get(1))
        .startsWith("aws ssm start-session --region eu-west-1 --target i-0123456789abcdef0 || ")
        .contains("kubectl debug node/node -it ");
    assertThat(complete.subList(2, 4)).allMatch(line -> line.endsWith("  # on the node"));
  }

  /** An update of an add-on replaces all its values, so the command keeps the other values. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "null | {\"env\":{\"WARM_IP_TARGET\":\"5\"}}",
        "\"{\\\"env\\\":{\\\"A\\\":\\\"1\\\"},\\\"init\\\":{}}\""
            + " | {\"env\":{\"A\":\"1\",\"WARM_IP_TARGET\":\"5\"},\"init\":{}}",
        "\"env: {A: 1}\" | -",
        "- | -"
      })
  void addOnKeepsItsOtherValuesOrStaysUnchanged(
      @Nullable String values, @Nullable String changed, @TempDir Path dir) throws Exception {
    assumeTrue(Files.exists(Path.of("/usr/bin/jq")));
    String described =
        values == null
            ? "exit 254"
            : "echo '{\"addon\":{\"configurationValues\":%s}}'".formatted(values);
    String command =
        AwsNodeCommands.setting("WARM_IP_TARGET=5").stream()
            .map(Command::line)
            .filter(line -> line.contains("update-addon"))
            .findFirst()
            .orElseThrow();

    String output =
        shell(
            dir,
            """
            aws() {
              if [ "$2" = describe-addon ]; then %s; return; fi
              for last; do :; done
              printf %%s "$last" | jq -r .configurationValues
            }\
            """
                .formatted(described.replace("exit", "return")),
            command.replaceAll("<[^>]*>", "x"));

    assertThat(output.strip()).isEqualTo(changed == null ? "" : changed);
  }

  /** EKS would use the role of the node if the command did not name the role of the add-on. */
  @ParameterizedTest
  @CsvSource({"null, ''", "'\"arn:aws:iam::1:role/Irsa\"', arn:aws:iam::1:role/Irsa"})
  void addOnKeepsItsRole(String role, String kept, @TempDir Path dir) throws Exception {
    assumeTrue(Files.exists(Path.of("/usr/bin/jq")));
    String addOn = "{\"addon\":{\"serviceAccountRoleArn\":%s}}".formatted(role);
    String aws =
        "aws() { if [ \"$2\" = describe-addon ]; then echo '%s'; else echo \"$*\"; fi; }"
            .formatted(addOn);

    for (Command each : List.of(AwsNodeCommands.UPGRADE, AwsNodeCommands.setting("A=5").get(0))) {
      assertThat(shell(dir, "RELEASE=v1", aws, each.line().replaceAll("<[^>]*>", "x")).strip())
          .startsWith("eks update-addon")
          .matches(any -> any.contains("serviceAccountRoleArn") != kept.isEmpty())
          .contains(kept);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "arn:aws:iam::1:role/Irsa, arn:aws:iam::1:role/path/Pod, Pod",
    "arn:aws:iam::1:role/path/Irsa, '', Irsa",
    "'', '', Node"
  })
  void roleIsThatOfPodIdentityThenOfIrsaThenOfTheNode(
      String irsa, String podIdentity, String role, @TempDir Path dir) throws Exception {
    String output =
        shell(
            dir,
            "kubectl() { echo '  eks.amazonaws.com/role-arn: %s'; }".formatted(irsa),
            """
            aws() {
              case "$2" in
                list-pod-identity-associations) echo a-1;;
                describe-pod-identity-association) echo %s;;
                describe-instances) echo arn:aws:iam::1:instance-profile/Profile;;
                get-instance-profile)
                  [ "$4" = Profile ] && printf 'ROLES\\tarn:aws:iam::1:role/Node\\t2026\\n';;
              esac
            }\
            """
                .formatted(podIdentity),
            AwsCommands.ROLE_OF_AWS_NODE.line().replaceAll("<[^>]*>", "x"));

    assertThat(output.strip()).isEqualTo(role);
  }

  @ParameterizedTest
  @ValueSource(strings = {"arn:aws:eks:eu-west-1:1:cluster/prod", "prod.eu-west-1.eksctl.io"})
  void clusterOfTheContextIsKnownByItsName(String cluster, @TempDir Path dir) throws Exception {
    String kubectl = "kubectl() { echo %s; }".formatted(cluster);

    assertThat(shell(dir, kubectl, AgentCommands.CLUSTER_OF_CONTEXT.line()).strip())
        .isEqualTo("prod");
  }

  /** The output of lines in a shell, without error messages. */
  private static String shell(Path dir, String... lines) throws IOException, InterruptedException {
    Path errors = dir.resolve("errors");
    Process shell = new ProcessBuilder("sh").redirectError(errors.toFile()).start();
    shell.getOutputStream().write(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
    shell.getOutputStream().close();
    try (InputStream output = shell.getInputStream()) {
      return new String(output.readAllBytes(), StandardCharsets.UTF_8);
    } finally {
      assertThat(shell.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
  }
}
