package io.cnimetrics.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.simulator.NamedScenario;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.testing.FakeClock;
import io.cnimetrics.testing.FakeIpamd;
import io.cnimetrics.testing.RecordedNode;
import io.cnimetrics.text.Palette;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * No two statements about a node contradict each other. The nodes are all scenarios and all nodes
 * of public reports with one to three polls, all recorded nodes, all nodes that ran the real ipamD,
 * and random nodes.
 */
class ConsistencyTest {
  /** A node and doctor's diagnosis. With one poll, doctor does not know which counters increase. */
  record Case(String name, int polls, Diagnosis diagnosis) {
    List<Finding> findings() {
      return diagnosis.findings();
    }

    Optional<Finding> find(String id) {
      return findings().stream().filter(finding -> finding.id().equals(id)).findFirst();
    }

    @Override
    public String toString() {
      return "%s, %d polls".formatted(name, polls);
    }
  }

  /** Two findings that contradict each other. */
  private record Pair(String rule, Predicate<Finding> one, Predicate<Finding> other) {}

  private static final List<Pair> CONTRADICTIONS =
      List.of(
          new Pair(
              "idle addresses are not reported while pods wait",
              is("idle-addresses", Level.NOTE),
              isPresent("refused-pods").or(isPresent("warm-pool")).or(isPresent("no-addresses"))),
          new Pair(
              "smaller warm targets cause more calls",
              is("idle-addresses", Level.NOTE).or(is("idle-addresses", Level.WARN)),
              isPresent("ec2-throttled")),
          new Pair(
              "a full node cannot have an empty pool that can grow",
              isPresent("node-full"),
              isPresent("warm-pool")),
          new Pair(
              "a node is full because of its pods or because of leaked addresses",
              isUnexplained("leaked-addresses"),
              isUnexplained("node-full")),
          new Pair(
              "pods wait for the cooldown or for a larger node",
              isUnexplained("cooldown"),
              isUnexplained("node-full")),
          new Pair(
              "a pool without addresses has no cooling address",
              isPresent("no-addresses"),
              isPresent("cooldown")),
          new Pair(
              "idle addresses are not reported beside a failure",
              is("idle-addresses", Level.NOTE).or(is("idle-addresses", Level.WARN)),
              finding -> finding.level() == Level.FAIL),
          new Pair(
              "a node lacks single addresses or prefixes, not both",
              isUnexplained("ec2-no-addresses").and(finding -> finding.level() == Level.FAIL),
              isUnexplained("ec2-no-prefixes").and(finding -> finding.level() == Level.FAIL)),
          new Pair(
              "a slot is free for a trunk ENI or because of a missing ENIConfig",
              isUnexplained("trunk-slot"),
              isUnexplained("eniconfig")),
          new Pair(
              "prefixes do not help against leaked addresses",
              isPresent("leaked-addresses"),
              commands("ENABLE_PREFIX_DELEGATION=true")),
          new Pair(
              "prefixes do not help a node that has prefixes",
              commands("ENABLE_PREFIX_DELEGATION=true"),
              is("mixed-prefixes", Level.WARN)
                  .and(finding -> finding.evidence().contains("only addresses of prefixes"))));

  /** Causes that each fully explain why pods get no address. */
  private static final List<String> CONCERN_PODS =
      List.of(
          "refused-pods",
          "warm-pool",
          "no-addresses",
          "node-full",
          "cooldown",
          "leaked-addresses",
          "trunk-slot",
          "eniconfig",
          "ipv6-prefix",
          "metadata-away",
          "introspection");

  private static final int RANDOM_NODES = 100;

  /** Random nodes whose findings contradicted each other once. */
  private static final List<Integer> FOUND =
      List.of(225, 329, 549, 765, 1323, 2359, 2983, 4360, 4565, 5853);

  private static final List<Case> CASES = new ArrayList<>();
  private static final List<Case> RANDOM_CASES = new ArrayList<>();

  static synchronized Stream<Case> cases() {
    if (RANDOM_CASES.isEmpty()) {
      Stream.concat(IntStream.range(0, RANDOM_NODES).boxed(), FOUND.stream())
          .map(ConsistencyTest::random)
          .forEach(RANDOM_CASES::add);
    }
    return Stream.concat(plausibleCases(), RANDOM_CASES.stream());
  }

  private static Case random(int seed) {
    int polls = 1 + seed % 2;
    return new Case("random node " + seed, polls, RandomNode.of(seed).diagnosed(polls));
  }

  static synchronized Stream<Case> plausibleCases() {
    if (CASES.isEmpty()) {
      Arrays.stream(NamedScenario.values())
          .filter(scenario -> scenario != NamedScenario.INTROSPECTION_HANGS) // It needs 5 s.
          .flatMap(
              scenario ->
                  IntStream.rangeClosed(1, 3)
                      .mapToObj(
                          polls ->
                              new Case(
                                  scenario.label(),
                                  polls,
                                  DoctorFixture.diagnosis(scenario, polls))))
          .forEach(CASES::add);
      RecordedNode.all().stream().map(ConsistencyTest::recorded).forEach(CASES::add);
      RealNodesTest.names()
          .map(name -> new Case(name, 1, RealNodesTest.diagnosis(name)))
          .forEach(CASES::add);
      FieldReportsTest.cases().forEach(CASES::add);
    }
    return CASES.stream();
  }

  private static Case recorded(RecordedNode node) {
    try (FakeIpamd ipamd = new FakeIpamd().serve(node)) {
      return new Case(
          node.name(),
          2,
          DoctorFixture.at(ipamd.introspectionUrl(), ipamd.metricsUrl())
              .type("")
              .diagnosis(2, new FakeClock(node.takenAt())));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void noTwoFindingsContradictEachOther(Case one) {
    for (Pair pair : CONTRADICTIONS) {
      assertThat(
              one.findings().stream().anyMatch(pair.one())
                  && one.findings().stream().anyMatch(pair.other()))
          .as("%s: %s", pair.rule(), one.findings())
          .isFalse();
    }
  }

  /** No two remedies set a variable to different values. */
  @ParameterizedTest
  @MethodSource("cases")
  void noTwoFindingsSetAVariableToDifferentValues(Case one) {
    Set<String> settings =
        one.findings().stream()
            .filter(Finding::isPresent)
            .flatMap(finding -> finding.commandLines().stream())
            .filter(command -> command.contains(" set env ds aws-node "))
            .flatMap(command -> Stream.of(command.split(" ")))
            .filter(word -> word.matches("[A-Z_]+=.*"))
            .collect(Collectors.toSet());

    assertThat(settings.stream().map(word -> word.split("=", 2)[0])).doesNotHaveDuplicates();
  }

  /** A random node can have several causes, such as a leak and instance metadata that is away. */
  @ParameterizedTest
  @MethodSource("plausibleCases")
  void atMostOneCauseOfMissingAddressesIsUnexplained(Case one) {
    assertThat(
            one.findings().stream()
                .filter(finding -> finding.level() == Level.FAIL)
                .filter(finding -> CONCERN_PODS.contains(finding.id()))
                .filter(finding -> finding.explainedBy().isEmpty()))
        .hasSizeLessThanOrEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void causeStandsBeforeItsSymptomAndNothingExplainsItself(Case one) {
    for (Finding finding : one.findings()) {
      assertThat(chain(finding, one.findings())).doesNotHaveDuplicates();
      finding
          .explainedBy()
          .map(CheckId::toString)
          .ifPresent(
              cause ->
                  assertThat(index(cause, one.findings()))
                      .as("%s stands before %s", cause, finding.id())
                      .isLessThan(one.findings().indexOf(finding)));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void verdictIsThatOfTheFirstFindingAndTheExitCodeFollowsIt(Case one) {
    Finding first = one.findings().get(0);
    boolean trouble = first.level() == Level.FAIL || first.level() == Level.WARN;

    assertThat(one.diagnosis().verdict().level()).isEqualTo(trouble ? first.level() : Level.OK);
    assertThat(one.diagnosis().verdict().finding())
        .isEqualTo(trouble ? Optional.of(first.id()) : Optional.empty());
    assertThat(one.diagnosis().fails()).isEqualTo(first.level() == Level.FAIL);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void causeOfASymptomIsPresentAndAtLeastAsSerious(Case one) {
    assertThat(one.findings())
        .filteredOn(finding -> finding.explainedBy().isPresent())
        .allSatisfy(
            symptom -> {
              Finding cause =
                  one.find(symptom.explainedBy().orElseThrow().toString()).orElseThrow();
              assertThat(cause.isPresent()).isTrue();
              assertThat(cause.id()).isNotEqualTo(symptom.id());
              if (symptom.level() == Level.FAIL) {
                assertThat(cause.level()).isEqualTo(Level.FAIL);
              }
              assertThat(symptom.commandLines()).isEmpty();
            });
  }

  @ParameterizedTest
  @MethodSource("cases")
  void firstFindingIsACause(Case one) {
    assertThat(one.findings().get(0).explainedBy()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void podsGetNoAddressOnlyIfACheckOfPodsFails(Case one) {
    boolean podsFail =
        Stream.of(
                "refused-pods",
                "no-addresses",
                "warm-pool",
                "metadata-away",
                "ipamd-restarts",
                "failed-requests",
                "introspection")
            .flatMap(id -> one.find(id).stream())
            .anyMatch(finding -> finding.level() == Level.FAIL);
    String verdict = one.diagnosis().verdict().text();

    if (verdict.startsWith("Pods get no address")) {
      assertThat(podsFail).isTrue();
    }
    if (verdict.matches("Pods get addresses(, but.*)?|No pod waits.*")) {
      assertThat(podsFail).isFalse();
    }
  }

  /** If the verdict says that no pod waits, no finding says that pods wait now. */
  @ParameterizedTest
  @MethodSource("cases")
  void podsWaitOnlyIfTheVerdictSaysSo(Case one) {
    if (one.diagnosis().verdict().text().matches("(No pod|.*: no pod) waits.*")) {
      assertThat(one.findings())
          .extracting(Finding::cause)
          .noneMatch(cause -> cause.contains("more pods wait"));
    }
  }

  /** Each verdict says whether pods get addresses. */
  @ParameterizedTest
  @MethodSource("cases")
  void verdictSaysWhetherPodsGetAddresses(Case one) {
    assertThat(one.diagnosis().verdict().text())
        .matches(
            "(Pods get no address|New pods get no address|Pods get addresses"
                + "|No pod waits for an address|No pod has requested an address"
                + "|No trouble found: (pods get addresses|no pod (waits|has requested))"
                + "|No trouble found, but it is not known whether pods get addresses"
                + "|It is not known whether (new )?pods get addresses"
                + "|Whether pods get addresses has been unknown since"
                + "|Only pods with security groups of their own do not start).*");
  }

  /** A time such as {@code before 10:03 UTC (over 30 s)}. */
  private static final String TIME =
      "(before )?([0-9]{2}:[0-9]{2} UTC|[-0-9]+T[:0-9]+Z) \\([^)]*\\)";

  private static final String LOST =
      "Pods that lost their address may have no network until they are deleted";

  private static final String COOLING =
      "Pods hold [0-9]+( of [0-9]+)? addresses, and [0-9]+ (is|are) cooling for 30 s: the next pod"
          + " gets one within 30 s";

  /** Each verdict about trouble has the time before the cause: "answer since time: cause". */
  @ParameterizedTest
  @MethodSource("cases")
  void verdictSaysSinceWhenBeforeItSaysWhy(Case one) {
    Finding first = one.findings().get(0);
    if (first.level() != Level.FAIL && first.level() != Level.WARN) {
      return;
    }
    boolean dated =
        first.since().isPresent()
            || one.find("refused-pods").filter(it -> it.level() == Level.FAIL).isPresent();
    String time =
        dated && !first.past()
            ? ".* since " + TIME + ".*"
            : first.check().has(CheckId.Trait.SETTING)
                ? "[^:]*"
                : ".* (since|at) an unknown time.*|.*, or since when.*";
    String cause = Pattern.quote(first.title().substring(1));

    assertThat(one.diagnosis().verdict().text())
        .matches(
            "("
                + time
                + "): ."
                + cause
                + "([.] "
                + COOLING
                + ")?([.] (This is not urgent|"
                + LOST
                + "))?");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void verdictSaysWhatIsNotUrgent(Case one) {
    Finding first = one.findings().get(0);
    String verdict = one.diagnosis().verdict().text();

    if (one.findings().stream().anyMatch(Verdict::isUrgent)) {
      assertThat(verdict).doesNotContain("not urgent");
    } else if (one.findings().stream().anyMatch(Verdict::leavesPodsWithoutNetwork)) {
      assertThat(verdict).endsWithIgnoringCase(LOST);
    } else if ((first.level() == Level.WARN || first.level() == Level.NOTE)
        && !verdict.contains("it is not known")) {
      assertThat(verdict).endsWith("not urgent");
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void endedTroubleIsANoteOrOfUnknownTime(Case one) {
    assertThat(one.findings())
        .filteredOn(Finding::past)
        .allMatch(
            finding ->
                finding.level() == Level.NOTE
                    || (finding.level() == Level.WARN && one.polls() == 1));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void troubleHasEvidenceCauseAndAdvice(Case one) {
    assertThat(one.findings())
        .filteredOn(finding -> finding.level() == Level.FAIL || finding.level() == Level.WARN)
        .allSatisfy(
            finding -> {
              assertThat(finding.evidence()).isNotBlank();
              assertThat(finding.cause()).isNotBlank();
              assertThat(finding.remedy()).isNotBlank();
            });
  }

  /**
   * These checks read something only once, and therefore do not know since when the problem exists.
   */
  private static final Set<String> READ_ONCE =
      Set.of(
          "pod-routes",
          "leaked-addresses",
          "subnet",
          "instance-enis",
          "impossible-pool",
          "publishing");

  @ParameterizedTest
  @MethodSource("cases")
  void presentTroubleSaysSinceWhenIfSeveralPollsCanKnowIt(Case one) {
    assertThat(one.findings())
        .filteredOn(finding -> finding.isPresent() && one.polls() > 1)
        .filteredOn(finding -> !finding.check().has(CheckId.Trait.SETTING))
        .filteredOn(finding -> !READ_ONCE.contains(finding.id()))
        .allSatisfy(finding -> assertThat(finding.since()).isPresent());
  }

  /** The remedies of these notes say why no action is necessary. */
  private static final Set<String> NOTHING_TO_DO = Set.of("stated-totals", "stale-gauges", "ipv6");

  @ParameterizedTest
  @MethodSource("cases")
  void adviceHasACommand(Case one) {
    assertThat(one.findings())
        .filteredOn(finding -> !finding.remedy().isEmpty() && finding.explainedBy().isEmpty())
        .filteredOn(finding -> !NOTHING_TO_DO.contains(finding.id()))
        .allSatisfy(finding -> assertThat(finding.commandLines()).isNotEmpty());
  }

  private static final Pattern CHANGES =
      Pattern.compile(
          "(kubectl \\S+ \\S+ )?(set env|delete pods|rollout undo)|kubectl"
              + " (cordon|drain|delete|patch)|sudo rm|aws iam (attach|put)|aws eks update|kubectl"
              + " -n kube-system set resources|aws ec2 (create|delete|modify)|aws autoscaling"
              + " terminate");

  /**
   * Commands that only read come before commands that change something, unless they check the
   * change or print the release that the next command installs.
   */
  @ParameterizedTest
  @MethodSource("cases")
  void commandsThatOnlyReadComeFirst(Case one) {
    for (Finding finding : one.findings()) {
      assertThat(
              finding.commandLines().stream()
                  .dropWhile(command -> !CHANGES.matcher(command).find())
                  .filter(command -> !CHANGES.matcher(command).find())
                  .filter(command -> !command.contains(AwsNodeCommands.RESULT))
                  .filter(command -> !command.startsWith("RELEASE=")))
          .as("%s: %s", finding.id(), finding.commandLines())
          .isEmpty();
    }
  }

  /** A person who changes settings of an EKS add-on sees whether EKS kept another value. */
  @ParameterizedTest
  @MethodSource("cases")
  void changeOfTheAddOnIsFollowedByACheckOfTheResult(Case one) {
    assertThat(one.findings().stream().map(Finding::commandLines))
        .filteredOn(commands -> commands.toString().contains("configurationValues: "))
        .allSatisfy(
            commands ->
                assertThat(commands).anyMatch(each -> each.contains(AwsNodeCommands.RESULT)));
  }

  /** The page has the verdict's finding below the verdict, and no command of another warning. */
  @ParameterizedTest
  @MethodSource("cases")
  void findingOfTheVerdictStandsBelowTheVerdict(Case one) {
    NodeIdentity node =
        new NodeIdentity("node", Optional.empty(), Optional.empty(), Instance.UNKNOWN);
    String page = DoctorTable.of(node, Optional.empty(), one.diagnosis(), false, Palette.PLAIN);

    one.diagnosis()
        .verdict()
        .finding()
        .ifPresent(id -> assertThat(page.split("\n\n")[2].split("\n")[0]).endsWith(" " + id));
    Stream.of(page.split("\n(Also|Not urgent); --verbose"))
        .skip(1)
        .forEach(other -> assertThat(other).doesNotContain("\n      $ "));
  }

  /** The rules in the table of contradictions detect a contradiction. */
  @Test
  void contradictionIsFound() {
    Finding full = spec(CheckId.NODE_FULL).fail("full", "evidence", "cause");
    Finding empty = spec(CheckId.WARM_POOL).warn("empty", "evidence", "cause");

    assertThat(CONTRADICTIONS).anyMatch(pair -> pair.one().test(full) && pair.other().test(empty));
  }

  private static CheckSpec spec(CheckId id) {
    return CheckSpec.of(id, "looks", "fires", "remedy");
  }

  /** The ids from a finding to its first cause. */
  private static List<String> chain(Finding finding, List<Finding> findings) {
    List<String> ids = new ArrayList<>();
    Optional<Finding> next = Optional.of(finding);
    while (next.isPresent() && ids.size() <= findings.size()) {
      ids.add(next.get().id());
      next =
          next.get()
              .explainedBy()
              .map(id -> findings.get(index(id.toString(), findings)))
              .filter(cause -> ids.size() <= findings.size());
    }
    return ids;
  }

  private static int index(String id, List<Finding> findings) {
    for (int i = 0; i < findings.size(); i++) {
      if (findings.get(i).id().equals(id) && findings.get(i).level() != Level.OK) {
        return i;
      }
    }
    throw new AssertionError("no finding " + id + " in " + findings);
  }

  private static Predicate<Finding> is(String id, Level level) {
    return finding -> finding.id().equals(id) && finding.level() == level;
  }

  private static Predicate<Finding> isPresent(String id) {
    return finding -> finding.id().equals(id) && finding.isPresent();
  }

  private static Predicate<Finding> isUnexplained(String id) {
    return isPresent(id).and(finding -> finding.explainedBy().isEmpty());
  }

  private static Predicate<Finding> commands(String text) {
    return finding -> finding.commandLines().toString().contains(text);
  }
}
