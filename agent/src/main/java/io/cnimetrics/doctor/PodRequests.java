package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.METRICS;
import static io.cnimetrics.doctor.Requirement.POOL;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.RecentIncrease;
import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.IpamdError;
import io.cnimetrics.snapshot.ListedAddresses;
import io.cnimetrics.snapshot.NodeSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Checks that the requests of pods succeed, and that the network of pods is set up. */
final class PodRequests {
  private PodRequests() {}

  /**
   * @param first the first read of the pool, which other checks share
   */
  static List<Check> checks(Probes.Pool first) {
    return List.of(
        SETUP.check(PodRequests::setup),
        REQUESTS.check(node -> requests(node, first)).withIo(REQUESTS_LIMIT));
  }

  private static final CheckSpec SETUP =
      CheckSpec.of(
              CheckId.POD_SETUP,
              "`awscni_del_ip_req_count` with the reason `SetupNSFailed`",
              "fail while the count rises at least each 25 s; warn after a single failure in the"
                  + " last minute, or if one request in ten failed at an unknown time; otherwise"
                  + " note",
              "Read the log of the CNI plugin. \"no such file\" with a path of a network namespace:"
                  + " the pod's sandbox ended before its setup, often because a memory limit is too"
                  + " low. \"default route: file exists\": another CNI set up the pod before, and"
                  + " Multus must call the VPC CNI first. Other errors with \"file exists\":"
                  + " remains of earlier pods are in the way, so replace the node")
          .run(PodCommands.replaceNode(PodCommands.FAILED_PODS, NodeCommands.ERRORS_OF_PLUGIN))
          .needs(METRICS)
          .see(Pages.TROUBLESHOOTING);

  private static Finding setup(NodeEvidence node) {
    Trend trend = node.trend(MetricCatalog.POD_SETUP_FAILED);
    String evidence = trend.toString();
    String cause =
        "Pods get an address, but the CNI plugin cannot set up the interface, a route or a rule on"
            + " the node, or the pod's sandbox has ended. The plugin releases the address, and the"
            + " kubelet tries again";
    if (trend.total() == 0) {
      return SETUP.ok("The CNI plugin set up the network of each pod", evidence);
    }
    if (node.podsStillFail(trend)) {
      Finding now =
          amount(trend) > 1
              ? SETUP.fail("The network of pods cannot be set up on the node", evidence, cause)
              : SETUP.warn("The network of a pod could not be set up", evidence, cause);
      return now.since(trend.since());
    }
    return SETUP
        .warn("The network of pods could not be set up", evidence, cause)
        .at(trend.known() || isRare(node, trend) ? Level.NOTE : Level.WARN)
        .ended();
  }

  /** Whether so few setups failed that they probably failed long ago. */
  private static boolean isRare(NodeEvidence node, Trend failures) {
    return failures.total() * 10 < node.total(MetricCatalog.ADD_REQ_COUNT);
  }

  private static final Duration REQUESTS_LIMIT = Duration.ofSeconds(2);

  private static final CheckSpec REQUESTS =
      CheckSpec.of(
              CheckId.FAILED_REQUESTS,
              "`awscni_add_ip_req_count`, and when pods got the addresses that they hold",
              "fail while at least two requests of pods give no pod an address, although addresses"
                  + " are available and ipamD counts no error; warn if pods released the addresses"
                  + " in less than 2.4 s, or if a trunk ENI is attached and the requests continue"
                  + " for over a minute; note if the requests end within a minute, if some"
                  + " pods keep their addresses, or if no pod ever requested an address",
              "Read the events of the pods that do not start. Then search both logs for the names"
                  + " of these pods. If df shows a full disk, free it: ipamD cannot write to it,"
                  + " not even its log")
          .run(
              PodCommands.FAILED_PODS,
              NodeCommands.FAILURES_OF_IPAMD,
              NodeCommands.ERRORS_OF_PLUGIN,
              NodeCommands.DISKS)
          .needs(POOL, METRICS)
          .see(Pages.TROUBLESHOOTING);

  /**
   * A pod whose containers start holds its address at least this long, because the kubelet checks
   * only once a second whether the containers have ended.
   */
  private static final Duration SHORTEST_RUN = Duration.ofSeconds(2);

  /**
   * Reports whether pods request addresses and get none. ipamD counts only two reasons why a
   * request fails: no address is available, or instance metadata does not answer.
   */
  private static Finding requests(NodeEvidence node, Probes.Pool pool) {
    Trend requests = node.trend(MetricCatalog.ADD_REQ_COUNT);
    double watched = node.roseWhileWatched(MetricCatalog.ADD_REQ_COUNT);
    boolean whileWatched = watched > 1;
    double amount = whileWatched ? watched : amount(requests);
    Instant since =
        requests
            .run()
            .filter(run -> !whileWatched)
            .map(RecentIncrease::since)
            .orElse(node.polls().get(0).snapshot().takenAt());
    // A pod that does not start requests an address at least once per RETRY. Jobs request addresses
    // less often.
    boolean often =
        amount > 1
            && amount * NodeEvidence.RETRY.toSeconds()
                >= Duration.between(since, node.now()).toSeconds();
    String evidence = "%.0f requests of pods for an address".formatted(requests.total());
    if (neverAsked(node)) {
      return REQUESTS
          .note(
              "No pod has requested an address since ipamD started",
              evidence + "; pods hold 0 addresses",
              "No pod of this node needs an address of its own, or the container runtime does not"
                  + " use the VPC CNI: another CNI's file comes first, or the plugin is missing")
          .remedied(
              "If a pod of this node does not start, read its events. The first file of"
                  + " /etc/cni/net.d must be 10-aws.conflist, and /opt/cni/bin must contain"
                  + " aws-cni",
              PodCommands.FAILED_PODS,
              NodeCommands.CNI_FILES);
    }
    if (!often
        || !node.podsStillFail(requests)
        || countsWhy(node)
        || hasNoAddress(node)
        || holdsMore(node)) {
      return REQUESTS.ok("No request fails without a counted error", evidence);
    }
    Optional<List<ListedAddresses.Use>> uses = pool.read().uses();
    if (uses.isEmpty() && !(whileWatched && usesNoAddress(node))) {
      return REQUESTS.notChecked(
          "only VPC CNI 1.11.0 and later report when pods got their addresses");
    }
    // The first increase was seen up to a minute after the pod's request.
    Instant before =
        whileWatched ? since : laterOf(since.minus(Trend.LAST_MINUTE), startWithRequests(node));
    List<Duration> held =
        uses.orElse(List.of()).stream()
            .filter(use -> !use.assigned().isBefore(before))
            .map(use -> Duration.between(use.assigned(), use.released().orElse(Instant.MAX)))
            .toList();
    if (!held.isEmpty() && held.stream().allMatch(PodRequests::isWaitForPolicyAgent)) {
      return withoutPolicyAgent(requests).since(requests.since());
    } else if (held.stream().anyMatch(time -> time.compareTo(SHORTEST_RUN) >= 0)) {
      long failed = held.stream().filter(time -> time.compareTo(SHORTEST_RUN) < 0).count();
      return failed > 1
          ? someFail(requests, failed, held.size())
          : REQUESTS.ok("Pods get the addresses that they request", evidence);
    } else if (!held.isEmpty()) {
      return failed(node, requests, true).since(requests.since());
    } else if (mayForget(node, before)) {
      return REQUESTS.notChecked(
          "ipamD has restarted or has called EC2 since the first of these requests, and may have"
              + " forgotten which addresses pods released");
    }
    // After a failed request the container runtime also sends a release.
    double releases =
        whileWatched
            ? node.roseWhileWatched(MetricCatalog.DEL_REQ_COUNT)
            : amount(node.trend(MetricCatalog.DEL_REQ_COUNT));
    return node.hasTrunk() && releases < amount
        ? REQUESTS.ok("Pods seem to get branch ENIs", evidence)
        : failed(node, requests, false).since(requests.since());
  }

  /** Whether pods held more addresses in one of doctor's polls than in the poll before. */
  private static boolean holdsMore(NodeEvidence node) {
    List<Long> held =
        node.polls().stream()
            .flatMap(poll -> poll.snapshot().pool().stream())
            .map(AddressPool::assigned)
            .toList();
    return IntStream.range(1, held.size()).anyMatch(i -> held.get(i) > held.get(i - 1));
  }

  /**
   * Whether pods got and released no address between doctor's polls. An address that a pod releases
   * between two polls is still cooling in the second poll.
   */
  private static boolean usesNoAddress(NodeEvidence node) {
    List<Poll> polls = node.polls();
    return IntStream.range(1, polls.size())
        .allMatch(
            i -> {
              NodeSnapshot before = polls.get(i - 1).snapshot();
              NodeSnapshot after = polls.get(i).snapshot();
              return before.pool().isPresent()
                  && after
                      .pool()
                      .filter(AddressPool::coolingKnown)
                      .filter(pool -> pool.cooling() == 0)
                      .filter(pool -> pool.assigned() == before.pool().get().assigned())
                      .isPresent()
                  && !before.takenAt().plus(MOST_BETWEEN_POLLS).isBefore(after.takenAt());
            });
  }

  /** The default interval of polls is ipamD's cooldown, and a poll can start a little later. */
  private static final Duration MOST_BETWEEN_POLLS = Duration.ofSeconds(32);

  /**
   * ipamD's start, if pods have often requested addresses since then. For each address ipamD
   * remembers the last pod, until another pod gets this address.
   */
  private static Instant startWithRequests(NodeEvidence node) {
    double requests = node.total(MetricCatalog.ADD_REQ_COUNT);
    return node.ipamdStart()
        .filter(any -> requests > 1 && !node.justStarted())
        .filter(
            start ->
                requests * NodeEvidence.RETRY.toSeconds()
                    >= Duration.between(start, node.now()).toSeconds())
        .orElse(Instant.MIN);
  }

  private static Instant laterOf(Instant one, Instant other) {
    return one.isBefore(other) ? other : one;
  }

  private static final Duration NEW_POD_EXPECTED = Duration.ofMinutes(10);

  /** Whether ipamD has run for a while, and no pod has requested an address or holds one. */
  static boolean neverAsked(NodeEvidence node) {
    return node.snapshot().metrics().isPresent()
        && node.snapshot().pool().isPresent()
        && node.gauge(MetricCatalog.ADD_REQ_COUNT).isPresent()
        && node.total(MetricCatalog.ADD_REQ_COUNT) == 0
        && node.pool().assigned() == 0
        && node.ipamdStart().isPresent()
        && !node.startedWithin(NEW_POD_EXPECTED);
  }

  private static final Duration POLICY_AGENT_WAIT = Duration.ofSeconds(2);
  private static final Duration RELEASE_TIME = Duration.ofMillis(400);

  /**
   * The CNI plugin waits two seconds for the network policy agent after a pod got its address. Then
   * the pod fails, and releases the address some tenths of a second later.
   */
  private static boolean isWaitForPolicyAgent(Duration held) {
    return held.compareTo(POLICY_AGENT_WAIT) >= 0
        && held.compareTo(POLICY_AGENT_WAIT.plus(RELEASE_TIME)) < 0;
  }

  private static Finding withoutPolicyAgent(Trend requests) {
    return REQUESTS
        .warn(
            "New pods release their addresses after 2 s",
            "requests of pods for an address: %s; each pod released its address after 2.0 to 2.4 s"
                .formatted(requests),
            "The CNI plugin waits 2 s for the container aws-eks-nodeagent of aws-node, and the pods"
                + " do not start if this container does not answer (\"failed to setup network"
                + " policy\"). Jobs that end after 2 s look the same")
        .remedied(
            "Read the events of the pods that do not start. If they name the network policy, the"
                + " log of aws-eks-nodeagent has the reason",
            PodCommands.FAILED_PODS,
            PodCommands.SYSTEM_PODS,
            AwsNodeCommands.LOG_OF_POLICY_AGENT);
  }

  private static Finding someFail(Trend requests, long failed, long all) {
    return REQUESTS
        .note(
            "Some new pods release their addresses at once",
            ("requests of pods for an address: %s; of the %d addresses that pods got since then, %d"
                    + " were released in less than 2 s")
                .formatted(requests, all, failed),
            WHY_RELEASED)
        .remedied(
            "If some pods do not start, read their events. Then search the log for their names",
            PodCommands.FAILED_PODS,
            NodeCommands.ERRORS_OF_PLUGIN);
  }

  private static final String WHY_RELEASED =
      "Either the new pods end at once, as short jobs do, or they do not start although ipamD chose"
          + " an address. In the second case the container runtime, the network policy agent or"
          + " another CNI plugin fails, such as portmap or the plugin of Cilium, Istio or Multus,"
          + " or ipamD cannot annotate the pods although ANNOTATE_POD_IP is true";

  private static double amount(Trend counter) {
    return counter.run().map(RecentIncrease::amount).orElse(0.0);
  }

  /**
   * Whether ipamD has perhaps forgotten an address that a pod released after this time. ipamD
   * forgets the address when it returns the address to EC2. ipamD also forgets it at a restart,
   * because its state file contains only the addresses that pods hold.
   */
  private static boolean mayForget(NodeEvidence node, Instant time) {
    Trend calls = node.trend(MetricCatalog.EC2_API_REQ_COUNT);
    boolean called =
        calls.run().filter(run -> !run.last().isBefore(time)).isPresent()
            && amount(calls) > amount(node.trend(MetricCatalog.EC2_API_ERR_COUNT));
    return called || node.ipamdStart().filter(start -> start.isAfter(time)).isPresent();
  }

  private static Finding failed(NodeEvidence node, Trend requests, boolean released) {
    String evidence =
        "requests of pods for an address: %s; no pod still holds an address that it got since then"
            .formatted(requests);
    if (released) {
      return REQUESTS.warn("New pods release their addresses at once", evidence, WHY_RELEASED);
    }
    String reasons =
        "Usual reasons are that a pod with security groups of its own has no branch ENI, that ipamD"
            + " cannot read pods from the API server or cannot write its state to the disk, or that"
            + " the CNI plugin on the node is of another release than ipamD (\"wrong client"
            + " version\")";
    String counted = evidence + ", and ipamD counts no error";
    return node.hasTrunk()
        ? ofTrunkNode(node, requests, counted, reasons)
        : REQUESTS.fail("ipamD rejects the requests of pods", counted, reasons);
  }

  /**
   * A pod with security groups of its own gets no address of the pool. Its first attempt often
   * fails, because the controller has not created its branch ENI yet. The attempts of a pod that
   * does not start continue.
   */
  private static Finding ofTrunkNode(
      NodeEvidence node, Trend requests, String evidence, String reasons) {
    boolean lasts =
        requests
            .since()
            .filter(since -> !since.at().plus(Trend.LAST_MINUTE).isAfter(node.now()))
            .isPresent();
    return lasts
        ? REQUESTS
            .warn(
                "Pods request addresses for over a minute, and get none of the pool",
                evidence,
                "Either ipamD rejects the requests, or new pods with security groups of their own"
                    + " start all the time. "
                    + reasons)
            .remedied(
                REQUESTS.remedy(),
                IpamdWork.BRANCH_ENI_EVENTS,
                PodCommands.FAILED_PODS,
                NodeCommands.FAILURES_OF_IPAMD,
                NodeCommands.ERRORS_OF_PLUGIN,
                NodeCommands.DISKS)
        : REQUESTS
            .note(
                "Perhaps pods with security groups of their own do not start",
                evidence,
                "The first attempt of a pod with security groups of its own often fails. If the"
                    + " attempts still fail after a minute, ipamD rejects the pod")
            .remedied(
                "Poll for over a minute, and read the controller's events",
                AgentCommands.doctor("--polls 4"),
                IpamdWork.BRANCH_ENI_EVENTS);
  }

  /** Whether another check reports why requests fail. */
  private static boolean countsWhy(NodeEvidence node) {
    return node.refusals().mayRise()
        || node.trend(MetricCatalog.POD_SETUP_FAILED).isRising()
        || node.trend(IpamdError::isOfPod).isRising()
        || (!node.hasTrunk() && node.trend(MetricCatalog.POD_ENI_ERR).isRising());
  }

  /**
   * Whether no address is available. VPC CNI before 1.15.1 does not count requests that fail for
   * this reason.
   */
  static boolean hasNoAddress(NodeEvidence node) {
    return node.mode() == AddressMode.IPV6
        ? node.snapshot().pool().filter(pool -> !pool.ipv6()).isPresent()
        : node.available() == 0;
  }
}
