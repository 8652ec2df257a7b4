package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.IPV4;
import static io.cnimetrics.doctor.Requirement.METRICS;
import static io.cnimetrics.doctor.Requirement.POOL;

import io.cnimetrics.capacity.InstanceLimits;
import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.catalog.Cause;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.IpamdError;
import io.cnimetrics.snapshot.Series;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Checks for pools with wrong addresses. */
final class PoolFaults {
  private PoolFaults() {}

  static List<Check> checks(Probes.Addresses primary, Probes.Pool pool) {
    return List.of(
        LEAKED.check(PoolFaults::leaked),
        impossiblePool(primary, pool),
        ENI_NETWORK.check(PoolFaults::eniNetwork));
  }

  /** The highest max-pods that EKS recommends for any node. */
  private static final int MOST_RECOMMENDED_PODS = 250;

  static final CheckSpec LEAKED =
      CheckSpec.of(
              CheckId.LEAKED_ADDRESSES,
              "addresses that pods hold, the kubelet's max-pods, and the host's routes to pods",
              "fail if no address is available, and pods hold more addresses than the kubelet"
                  + " admits pods, or a tenth of the held addresses has no route and no pod; warn"
                  + " if an address is available; note if max-pods is assumed, or if fewer"
                  + " addresses leaked",
              "If get pods counts fewer pods than ipamD holds addresses, restart aws-node: ipamD"
                  + " then releases the addresses of pods that no longer exist. If the trouble"
                  + " comes back, upgrade the VPC CNI. More addresses or prefixes do not help")
          .run(PodCommands.POD_COUNT, AwsNodeCommands.RESTART)
          .needs(POOL, IPV4)
          .see(Pages.TROUBLESHOOTING);

  private static Finding leaked(NodeEvidence node) {
    boolean known = node.agentSettings().maxPods().source().isPresent();
    int maxPods = known ? node.agentSettings().maxPods().pods() : MOST_RECOMMENDED_PODS;
    int most = new PodLimits(maxPods, node.agentSettings().hostNetworkPods()).mostWithAddress();
    long held = node.heldByPods();
    String limit =
        known
            ? "the kubelet admits %d pods, at least %d of them on the host network"
                .formatted(maxPods, maxPods - most)
            : "max-pods is unknown, and assumed to be at most %d".formatted(maxPods);
    String evidence = "pods hold %s; %s".formatted(EvidenceText.addresses(held), limit);
    if (held <= most) {
      return LEAKED.ok("Pods do not hold more addresses than there can be pods", evidence);
    }
    String cause =
        "Pods hold more addresses than the node can have pods. ipamD did not notice that some pods"
            + " ended, and keeps their addresses";
    if (!known) {
      return LEAKED
          .note("Addresses may have leaked", evidence, cause)
          .remedied(
              "Run doctor again with the kubelet's max-pods",
              AgentCommands.doctor(
                  "--max-pods \"$(kubectl get node "
                      + Placeholder.NODE
                      + " -o jsonpath='{.status.capacity.pods}')\""));
    }
    String title = Cause.LEAKED.title();
    return node.available() == 0
        ? LEAKED.fail(title, evidence + "; 0 addresses are available", cause)
        : LEAKED.warn(title, evidence, cause);
  }

  private static final Duration PRIMARY_LIMIT = Duration.ofSeconds(3);

  private static final CheckSpec IMPOSSIBLE_POOL =
      CheckSpec.of(
              CheckId.IMPOSSIBLE_POOL,
              "the addresses of each ENI in `/v1/enis`, the limits of the instance type, and"
                  + " `local-ipv4s` of instance metadata",
              "warn if an ENI has more addresses than the instance type allows, or if a primary"
                  + " address is in the pool",
              "Upgrade the VPC CNI: releases 1.22.0 to 1.22.3 have this bug on SageMaker HyperPod,"
                  + " and where DescribeSubnets fails. Then restart the pods that have a primary"
                  + " address")
          .run(PodCommands.PODS_OF_NODE, AwsNodeCommands.UPGRADE)
          .needs(POOL, IPV4)
          .see(Pages.RELEASES);

  static Check impossiblePool(Probes.Addresses primary, Probes.Pool pool) {
    return IMPOSSIBLE_POOL.check(node -> impossiblePool(node, primary, pool)).withIo(PRIMARY_LIMIT);
  }

  private static Finding impossiblePool(
      NodeEvidence node, Probes.Addresses primary, Probes.Pool listed) {
    String cause =
        "ipamD put an ENI's primary address into the pool. If a pod gets this address, the pod or"
            + " the node has no network. Usually ipamD did not set up the network of this ENI"
            + " either, so that the ENI's other pods have none until aws-node restarts";
    List<Eni> overfull =
        node.pool().enis().stream().filter(eni -> eni.usedSlots() > mostSlots(node)).toList();
    if (!overfull.isEmpty()) {
      String evidence =
          overfull.stream()
              .map(eni -> "%s has %s".formatted(eni.id(), EvidenceText.addresses(eni.usedSlots())))
              .collect(Collectors.joining("; "));
      return IMPOSSIBLE_POOL.warn(
          "An ENI has more addresses than the instance type allows",
          "%s; %s allows %d for pods on an ENI"
              .formatted(evidence, node.snapshot().instance().type().orElse(""), mostSlots(node)),
          cause);
    }
    List<String> own = primary.read();
    List<String> pooled = listed.read().all().stream().filter(own::contains).distinct().toList();
    return pooled.isEmpty()
        ? IMPOSSIBLE_POOL.ok("The pool contains no primary address", EvidenceText.of(node.pool()))
        : IMPOSSIBLE_POOL.warn(
            "A primary address of this node is in the pool for pods",
            String.join(", ", pooled),
            cause);
  }

  /** The failed calls with which ipamD reads the tags of an ENI's subnet. */
  static final Series FAILED_SUBNETS =
      new Series(
          MetricCatalog.EC2_API_ERR_COUNT.onlySeries().name(), "fn", Set.of("DescribeSubnets"));

  private static final CheckSpec ENI_NETWORK =
      CheckSpec.of(
              CheckId.ENI_NETWORK,
              "`awscni_ec2api_error_count` of `DescribeSubnets`, and ipamD's errors while it sets"
                  + " up ENIs",
              "warn if both happened since ipamD started, and the release may be 1.22.0 to 1.23.1",
              "Remove the reason why DescribeSubnets fails: a missing permission of the role, or"
                  + " throttling. Then restart aws-node, which sets up each ENI. Then upgrade the"
                  + " VPC CNI to release 1.23.2 or later")
          .run(
              NodeCommands.DEFAULT_ROUTES,
              AwsCommands.ROLE_OF_AWS_NODE,
              AwsNodeCommands.RESTART,
              AwsNodeCommands.UPGRADE)
          .needs(POOL, METRICS, IPV4)
          .see(Pages.RELEASES);

  private static Finding eniNetwork(NodeEvidence node) {
    Trend setups = node.trend(PoolFaults::isOfSetup);
    Trend calls = node.trend(FAILED_SUBNETS);
    String evidence =
        "failed calls of DescribeSubnets: %s; failed setups of ENIs: %s".formatted(calls, setups);
    boolean affected =
        !CniReleases.mayBeBefore(node, "1.22.0") && CniReleases.mayBeBefore(node, "1.23.2");
    boolean other = node.pool().enis().stream().anyMatch(eni -> !eni.primary());
    // ipamD also counts eniReconcileAdd if it cannot tag an ENI. This ENI is not in the pool.
    boolean onlyTags =
        setups.isRising()
            && !calls.mayRise()
            && node.kinds(PoolFaults::isOfSetup).stream()
                .allMatch(kind -> kind.call().equals(RECONCILE));
    if (!affected || !other || calls.total() == 0 || setups.total() == 0 || onlyTags) {
      return ENI_NETWORK.ok("No sign of an ENI without network", evidence);
    }
    return ENI_NETWORK
        .warn(
            "An ENI in the pool may have no network",
            evidence,
            "If DescribeSubnets fails while ipamD sets up an ENI, releases 1.22.0 to 1.23.1 do not"
                + " set up the ENI's network, and give the ENI's addresses to pods nevertheless."
                + " These pods start, and have no network")
        .since(setups.since().or(() -> node.since(poll -> true)));
  }

  private static final String RECONCILE = "eniReconcileAdd";

  /** ipamD counts a failed setup for a new ENI, at its start, or when it compares the ENIs. */
  private static boolean isOfSetup(IpamdError error) {
    return error.family().equals(IpamdError.FUNCTION_ERRORS)
        && Set.of("increaseIPPoolsetupENIFailed", "waitENIAttachedMaxRetryExceeded", RECONCILE)
            .contains(error.call());
  }

  /** The larger of the table's and the gauge's limit, because each is wrong for some types. */
  private static long mostSlots(NodeEvidence node) {
    long byTable =
        node.typeLimit()
            .map(InstanceLimits.Limit::podIpv4PerEni)
            .orElse(InstanceLimits.MOST_POD_IPV4_PER_ENI);
    return node.mode() == AddressMode.SECONDARY_IP
        ? Math.max(byTable, node.addressesPerEni().orElse(0))
        : byTable;
  }
}
