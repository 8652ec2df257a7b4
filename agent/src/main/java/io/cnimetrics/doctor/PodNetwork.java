package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.IPV4;
import static io.cnimetrics.doctor.Requirement.METRICS;
import static io.cnimetrics.doctor.Requirement.POOL;

import io.cnimetrics.capacity.EffectiveMaximum;
import io.cnimetrics.catalog.Cause;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.RecentIncrease;
import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.IpamdError;
import io.cnimetrics.snapshot.ListedAddresses;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Series;
import io.cnimetrics.snapshot.Subnet;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Checks of the pods' routes, and of the subnets of the node's ENIs. */
final class PodNetwork {
  private PodNetwork() {}

  /**
   * @param first the first read of the pool, which other checks share
   */
  static List<Check> checks(Probes.Pool first, Probes probes) {
    return List.of(
        SETUP.check(PodNetwork::setup),
        REQUESTS.check(node -> requests(node, first)).withIo(REQUESTS_LIMIT),
        routes(first, probes.pool(), probes.hostRoutes()),
        subnet(probes.subnets()));
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
      return SETUP.ok("The CNI plugin set up each pod", evidence);
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
    return failures.total() * 10 < node.total(PodAddresses.ADDED);
  }

  private static final Duration REQUESTS_LIMIT = Duration.ofSeconds(2);

  private static final CheckSpec REQUESTS =
      CheckSpec.of(
              CheckId.FAILED_REQUESTS,
              "`awscni_add_ip_req_count`, and when pods got the addresses that they hold",
              "fail while at least two requests of pods give no pod an address, although addresses"
                  + " are available and ipamD counts no error; warn if pods released the addresses"
                  + " in less than 2.4 s, or if a trunk ENI is attached and the requests continue"
                  + " for over a minute; note if they do not, or if no pod ever requested an"
                  + " address",
              "Read the events of the pods that do not start. Then search both logs for the names"
                  + " of these pods")
          .run(
              PodCommands.FAILED_PODS,
              NodeCommands.FAILURES_OF_IPAMD,
              NodeCommands.ERRORS_OF_PLUGIN)
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
    Trend requests = node.trend(PodAddresses.ADDED);
    double watched = watched(node, PodAddresses.ADDED);
    boolean whileWatched = watched > 1;
    double amount = whileWatched ? watched : amount(requests);
    Instant since =
        requests
            .run()
            .filter(run -> !whileWatched)
            .map(RecentIncrease::since)
            .orElse(node.polls().get(0).snapshot().takenAt());
    // A pod that does not start requests an address at least once per RETRY. Jobs do so less often.
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
    if (!held.isEmpty() && held.stream().allMatch(PodNetwork::isWaitForPolicyAgent)) {
      return withoutPolicyAgent(requests).since(requests.since());
    } else if (held.stream().anyMatch(time -> time.compareTo(SHORTEST_RUN) >= 0)) {
      return REQUESTS.ok("Pods get the addresses that they request", evidence);
    } else if (!held.isEmpty()) {
      return failed(node, requests, true).since(requests.since());
    } else if (mayForget(node, before)) {
      return REQUESTS.notChecked(
          "ipamD has restarted or has called EC2 since the first of these requests, and may have"
              + " forgotten which addresses pods released");
    }
    double releases = whileWatched ? watched(node, RELEASED) : amount(node.trend(RELEASED));
    return node.pool().hasTrunk() && releases < amount
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
   * ipamD's start, if pods have often requested addresses since then. ipamD remembers all addresses
   * that pods have released since its start.
   */
  private static Instant startWithRequests(NodeEvidence node) {
    double requests = node.total(PodAddresses.ADDED);
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
        && node.gauge(PodAddresses.ADDED).isPresent()
        && node.total(PodAddresses.ADDED) == 0
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
                + " do not start if it does not answer (\"failed to setup network policy\"). Jobs"
                + " that end after 2 s look the same")
        .remedied(
            "Read the events of the pods that do not start. If they name the network policy, the"
                + " log of aws-eks-nodeagent has the reason",
            PodCommands.FAILED_PODS,
            PodCommands.SYSTEM_PODS,
            AwsNodeCommands.LOG_OF_POLICY_AGENT);
  }

  /** The number of requests of pods between doctor's polls. */
  static double watchedRequests(NodeEvidence node) {
    return watched(node, PodAddresses.ADDED);
  }

  private static double watched(NodeEvidence node, Series counter) {
    return node.polls().stream().skip(1).mapToDouble(poll -> IpamdWork.rose(poll, counter)).sum();
  }

  private static double amount(Trend counter) {
    return counter.run().map(RecentIncrease::amount).orElse(0.0);
  }

  /**
   * Whether ipamD has perhaps forgotten an address that a pod released after this time. ipamD
   * forgets the address when it returns the address to EC2. ipamD also forgets it at a restart,
   * because its state file contains only the addresses that pods hold.
   */
  private static boolean mayForget(NodeEvidence node, Instant time) {
    Trend calls = node.trend(MetricCatalog.EC2_API_REQ_COUNT.onlySeries());
    boolean called =
        calls.run().filter(run -> !run.last().isBefore(time)).isPresent()
            && amount(calls) > amount(node.trend(MetricCatalog.EC2_API_ERR_COUNT.onlySeries()));
    return called || node.ipamdStart().filter(start -> start.isAfter(time)).isPresent();
  }

  private static Finding failed(NodeEvidence node, Trend requests, boolean released) {
    String evidence =
        "requests of pods for an address: %s; no pod still holds an address that it got since then"
            .formatted(requests);
    if (released) {
      return REQUESTS.warn(
          "New pods release their addresses at once",
          evidence,
          "The new pods end at once, as short jobs do, or they do not start although ipamD chose an"
              + " address. Then another CNI plugin fails, such as that of Cilium, Istio or Multus,"
              + " the container runtime or the network policy agent fails, or ipamD cannot"
              + " annotate the pods although ANNOTATE_POD_IP is true");
    }
    String reasons =
        "Usual reasons are that a pod with security groups of its own has no branch ENI, that ipamD"
            + " cannot read pods from the API server or cannot write its state to the disk, or that"
            + " the CNI plugin on the node is of another release than ipamD (\"wrong client"
            + " version\")";
    String counted = evidence + ", and ipamD counts no error";
    return node.pool().hasTrunk()
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
                "ipamD rejects the requests, unless new pods with security groups of their own"
                    + " start all the time. "
                    + reasons)
            .remedied(
                REQUESTS.remedy(),
                IpamdWork.BRANCH_ENI_EVENTS,
                PodCommands.FAILED_PODS,
                NodeCommands.FAILURES_OF_IPAMD,
                NodeCommands.ERRORS_OF_PLUGIN)
        : REQUESTS
            .note(
                "Perhaps pods with security groups of their own do not start",
                evidence,
                "The first attempt of such a pod often fails. If the attempts continue for over a"
                    + " minute, ipamD rejects them")
            .remedied(
                "Poll for over a minute, and read the controller's events",
                AgentCommands.doctor("--polls 4"),
                IpamdWork.BRANCH_ENI_EVENTS);
  }

  /** Counts releases. After a failed request the container runtime also sends a release. */
  private static final Series RELEASED = MetricCatalog.DEL_REQ_COUNT.onlySeries();

  /** Whether another check reports why requests fail. */
  private static boolean countsWhy(NodeEvidence node) {
    return node.trend(MetricCatalog.NO_AVAILABLE_IP_ADDRS.onlySeries()).mayRise()
        || node.trend(MetricCatalog.POD_SETUP_FAILED).isRising()
        || node.trend(IpamdError::isOfPod).isRising()
        || (!node.pool().hasTrunk()
            && node.trend(MetricCatalog.POD_ENI_ERR.onlySeries()).isRising());
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

  /** This limit includes the pause before the second read of the routes. */
  private static final Duration ROUTES_LIMIT = Duration.ofSeconds(9);

  private static final int MAX_NAMED = 5;

  /** The usual name of a pod's interface on the host; AWS_VPC_K8S_CNI_VETHPREFIX changes it. */
  private static final String POD_DEVICE = "eni";

  private static final CheckSpec ROUTES =
      CheckSpec.of(
              CheckId.POD_ROUTES,
              "addresses that pods hold, and the host's routes to pods and interfaces of pods"
                  + " (`/proc/net/route`, `/proc/net/ipv6_route`, `/proc/net/dev`)",
              "fail if an address of a pod has no route, or if a route leads to an address that"
                  + " ipamD gave to no pod. If the pod's interface is gone too, the finding is"
                  + " leaked-addresses. Not checked if there is no route to a pod and no interface"
                  + " of a pod, because doctor is then not on the host network",
              "Delete the pods with these addresses, so that they start again. Then find the"
                  + " program that deletes routes or addresses, such as NetworkManager or another"
                  + " CNI")
          .needs(POOL)
          .see(Pages.TROUBLESHOOTING);

  static Check routes(Probes.Pool firstPool, Probes.Pool pool, Probes.HostRoutes hostRoutes) {
    return ROUTES.check(node -> routes(node, firstPool, pool, hostRoutes)).withIo(ROUTES_LIMIT);
  }

  private static Finding routes(
      NodeEvidence node, Probes.Pool firstPool, Probes.Pool pool, Probes.HostRoutes hostRoutes) {
    Routes first = Routes.of(firstPool.read().held(), hostRoutes);
    if (first.ofPods().isEmpty() && first.idle().isEmpty()) {
      return first.held().isEmpty()
          ? ROUTES.ok("No pod needs a route", "pods hold 0 addresses")
          : ROUTES.notChecked(
              "none of %d held addresses has a route; check that doctor runs on the host network"
                  .formatted(first.held().size()));
    }
    if (first.without().isEmpty() && first.orphaned().isEmpty()) {
      return ROUTES.ok("Each pod has a route", "%d held addresses".formatted(first.held().size()));
    }
    // While a pod starts or ends, ipamD's list and the host's routes can differ for some seconds.
    // Therefore a second read, seconds later, has to confirm the difference.
    Routes again = Routes.of(pool.later().held(), hostRoutes);
    List<String> orphaned = both(first.orphaned(), again.orphaned());
    // On a multi-NIC node the host has a route to only one of the addresses of a pod.
    List<String> without =
        node.pool().multiNic() ? List.of() : both(first.without(), again.without());
    if (!orphaned.isEmpty()) {
      return orphaned(orphaned, firstPool.read().all().containsAll(orphaned));
    } else if (without.isEmpty()) {
      return ROUTES.ok("Each pod has a route", "%d held addresses".formatted(again.held().size()));
    }
    String evidence =
        "%d of %d held addresses: %s"
            .formatted(without.size(), again.held().size(), named(without));
    boolean full = node.mode() != AddressMode.IPV6 && node.available() == 0;
    boolean many =
        without.size() >= FEWEST_LEAKED && without.size() * LEAK_RATIO >= again.held().size();
    if (again.podsEnded() || (again.devices().isEmpty() && many && full)) {
      return PoolFaults.LEAKED
          .fail(
              Cause.LEAKED.title(),
              "no route leads to " + evidence,
              "ipamD did not notice that pods ended, and keeps their addresses. The routes to these"
                  + " addresses are gone with the pods")
          .at(!full ? Level.WARN : many ? Level.FAIL : Level.NOTE);
    }
    return ROUTES
        .fail(
            "A pod has no route",
            evidence,
            "A program other than ipamD deleted the route, the pod's setup was interrupted"
                + (again.devices().isEmpty()
                    ? ", or the pod has ended and ipamD keeps its address"
                    : ""))
        .remedied(IF_LISTED, podsWith(without), AwsNodeCommands.RESTART, PodCommands.DELETE_POD);
  }

  private static final String IF_LISTED =
      "If get pods lists no pod with these addresses, restart aws-node. If it lists pods, delete"
          + " them, so that they start again, and find the program that deletes routes, such as"
          + " NetworkManager or another CNI";

  /** Doctor reports a leak only if at least 1/LEAK_RATIO of the held addresses have no route. */
  private static final int LEAK_RATIO = 10;

  private static final int FEWEST_LEAKED = 3;

  /**
   * @param inPool whether ipamD lists these addresses as free
   */
  private static Finding orphaned(List<String> addresses, boolean inPool) {
    String evidence =
        "the host has routes to pods with addresses that ipamD does not hold: " + named(addresses);
    Finding finding =
        inPool
            ? ROUTES.fail(
                "ipamD does not know pods that use addresses of its pool",
                evidence,
                "ipamD did not find these pods when it started, or removed their ENI for a while."
                    + " It lists their addresses as free, and can give them to other pods. Two pods"
                    + " then have the same address")
            : ROUTES.fail(
                "Pods have lost their addresses, and have no network",
                evidence,
                "ipamD lost an address, a prefix or an ENI while pods used it. The pods keep their"
                    + " interface, but EC2 no longer sends packets to their addresses");
    return finding.remedied(
        inPool ? "Delete the pods with these addresses, so that they start again" : ROUTES.remedy(),
        podsWith(addresses),
        PodCommands.DELETE_POD);
  }

  /** A command that lists the pods with these addresses. */
  private static Command podsWith(List<String> addresses) {
    String pattern =
        addresses.stream()
            .map(address -> address.replace(".", "\\."))
            .collect(Collectors.joining("|"));
    return PodCommands.PODS_OF_NODE.withText(
        PodCommands.PODS_OF_NODE.text() + " | grep -wE '" + pattern + "'");
  }

  private static List<String> both(List<String> before, List<String> after) {
    return before.stream().filter(after::contains).toList();
  }

  /**
   * The addresses that pods hold, and the routes to pods.
   *
   * @param ofPods the addresses with a route to a pod's interface
   * @param devices the interfaces of pods; empty if unknown
   * @param idle the interfaces of pods without a route
   */
  private record Routes(
      List<String> held, List<String> ofPods, List<String> devices, List<String> idle) {
    /** Pods can have interfaces with another name. The routes to held addresses show the name. */
    static Routes of(List<String> held, Probes.HostRoutes host) {
      List<Probes.HostRoute> routes = host.read();
      Set<String> prefixes =
          Stream.concat(
                  Stream.of(POD_DEVICE),
                  routes.stream()
                      .filter(route -> held.contains(route.address()))
                      .map(route -> route.device().replaceFirst("[^a-z].*", ""))
                      .filter(letters -> !letters.isEmpty()))
              .collect(Collectors.toSet());
      Predicate<String> isOfPod = device -> prefixes.stream().anyMatch(device::startsWith);
      List<Probes.HostRoute> toPods =
          routes.stream().filter(route -> isOfPod.test(route.device())).toList();
      List<String> devices = host.devices().stream().filter(isOfPod).toList();
      return new Routes(
          held,
          toPods.stream().map(Probes.HostRoute::address).distinct().toList(),
          devices,
          devices.stream()
              .filter(device -> toPods.stream().noneMatch(it -> it.device().equals(device)))
              .toList());
    }

    /** Whether the interfaces of all pods have a route, so the pods without a route have ended. */
    boolean podsEnded() {
      return !devices.isEmpty() && idle.isEmpty();
    }

    List<String> without() {
      return held.stream().filter(address -> !ofPods.contains(address)).toList();
    }

    List<String> orphaned() {
      return ofPods.stream().filter(address -> !held.contains(address)).toList();
    }
  }

  private static String named(List<String> addresses) {
    String first = String.join(", ", addresses.stream().limit(MAX_NAMED).toList());
    return addresses.size() > MAX_NAMED ? first + ", …" : first;
  }

  /** A new prefix or a new ENI needs about this number of addresses. */
  private static final long FEW_ADDRESSES = 16;

  /** This limit includes the time to load the EC2 client. */
  private static final Duration SUBNET_LIMIT = Duration.ofSeconds(6);

  private static final int LOW_TARGET = 2;

  static final String LOW_TARGETS = "WARM_IP_TARGET=" + LOW_TARGET;

  private static final CheckSpec SUBNET =
      CheckSpec.of(
              CheckId.SUBNET,
              "with `--subnets`, the free addresses of the node's subnets, by `DescribeSubnets`",
              "fail if the subnet has no free address and the node has no available address;"
                  + " warn if the subnet has fewer than 16 free addresses",
              EniCommands.FREE_ADDRESSES)
          .run(EniCommands.freeAddresses(Optional.of(LOW_TARGETS)))
          .needs(POOL, IPV4)
          .see(Pages.ADDRESS_USE);

  static Check subnet(Optional<Probes.Subnets> subnets) {
    return SUBNET.checkAll(node -> subnets(node, subnets)).withIo(SUBNET_LIMIT);
  }

  /** Advises lower warm targets, unless the node's targets are already low. */
  static Finding freeing(NodeEvidence node, Finding finding) {
    long target = node.warmIpTarget().orElse(0);
    boolean low = target > 0 && target <= LOW_TARGET;
    return finding.remedied(
        low ? finding.remedy().replace(EniCommands.LOWER_TARGETS, "") : finding.remedy(),
        EniCommands.freeAddresses(low ? Optional.empty() : Optional.of(LOW_TARGETS)));
  }

  private static List<Finding> subnets(NodeEvidence node, Optional<Probes.Subnets> subnets) {
    Optional<String> region = node.identity().instanceRegion();
    if (subnets.isEmpty()) {
      return List.of(SUBNET.notRequested("--subnets is not set"));
    } else if (region.isEmpty()) {
      return List.of(SUBNET.notChecked("the region is unknown"));
    }
    List<Subnet> found = subnets.get().read(node.pool(), region.get());
    if (found.isEmpty()) {
      return List.of(SUBNET.notChecked("the subnets of the node's ENIs are unknown"));
    }
    String reachable =
        node.maximum()
            .flatMap(maximum -> maximum.reachableNow(node.snapshot(), node.mode(), found))
            .map(EffectiveMaximum::explanation)
            .map("; reachable now: "::concat)
            .orElse("");
    return found.stream().map(subnet -> subnet(node, subnet, reachable)).toList();
  }

  private static Finding subnet(NodeEvidence node, Subnet subnet, String reachable) {
    String evidence =
        "%s: %d of %d addresses are free%s"
            .formatted(subnet.id(), subnet.free(), subnet.free() + subnet.used(), reachable);
    if (subnet.free() == 0 && node.available() == 0) {
      return freeing(
          node,
          SUBNET.fail(
              "The subnet and the warm pool are empty",
              evidence,
              "New pods on this node get no address until other pods release addresses"));
    } else if (subnet.free() < FEW_ADDRESSES) {
      return freeing(
          node,
          SUBNET.warn(
              subnet.free() == 0 ? "The subnet is empty" : "The subnet is nearly empty",
              evidence,
              "After the warm pool is used up, new pods on this node get no address"));
    }
    return SUBNET.ok("The subnet has free addresses", evidence);
  }
}
