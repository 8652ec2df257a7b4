package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Source;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** Checks that ipamD reports its interfaces. */
final class Introspection {
  private static final Duration LIMIT = Duration.ofSeconds(2);

  private static final CheckSpec SPEC =
      CheckSpec.of(
              "introspection",
              "`GET /v1/enis` of ipamD",
              "fail: no answer, not in time, of another shape, or only on the port of old releases;"
                  + " warn: switched off by `--introspection-url none`",
              "Check that aws-node runs on this node: "
                  + Commands.FIND_AWS_NODE
                  + "; then read its log: /var/log/aws-routed-eni/ipamd.log")
          .see(Pages.TROUBLESHOOTING);

  private final Probes.Introspection elsewhere;

  private Introspection(Probes.Introspection elsewhere) {
    this.elsewhere = elsewhere;
  }

  static Check check(Probes.Introspection elsewhere) {
    return SPEC.check(new Introspection(elsewhere)::finding).withIo(LIMIT);
  }

  private Finding finding(NodeEvidence node) {
    Optional<AddressPool> pool = node.snapshot().pool();
    if (pool.isPresent()) {
      return SPEC.ok("ipamD reports its interfaces", held(pool.get()));
    }
    return node.snapshot().introspectionOff()
        ? off(node)
        : failed(node, node.problems(Source.INTROSPECTION).get(0));
  }

  private static String held(AddressPool pool) {
    return (pool.ipv6() ? EvidenceText.enis(pool.eniCount()) : EvidenceText.of(pool))
        + ", pods hold %d".formatted(pool.assigned());
  }

  private static Finding off(NodeEvidence node) {
    return node.snapshot().metrics().isPresent()
        ? SPEC.warn(
                "Introspection is not read",
                "--introspection-url none: the agent uses ipamD's gauges instead",
                "The gauges are wrong with several network cards and after a forced removal, and"
                    + " do not show cooldown or single ENIs")
            .remedied("Unless you need DISABLE_INTROSPECTION, remove it from aws-node")
        : notRunning("introspection is switched off by setting, and the metrics do not answer");
  }

  private Finding failed(NodeEvidence node, Problem problem) {
    String evidence = problem.brief();
    return switch (problem.reason()) {
      case UNREACHABLE -> unreachable(node, evidence);
      case TIMEOUT ->
          SPEC.fail(
              "ipamD does not answer in time",
              evidence,
              "ipamD hangs, or the node has no CPU left for it");
      default ->
          SPEC.fail(
                  "The answer is not ipamD's introspection",
                  evidence,
                  "Another program uses the port, a proxy is in between, or ipamD is faulty")
              .remedied(
                  "Check --introspection-url; find the program that listens: ss -ltnp 'sport ="
                      + " :61679'");
    };
  }

  private Finding unreachable(NodeEvidence node, String evidence) {
    Optional<URI> oldPort = node.agentSettings().metricsUrl().map(url -> url.resolve("/"));
    if (oldPort.filter(elsewhere::answersAt).isPresent()) {
      return SPEC.fail(
              "Introspection is on the port of old releases",
              evidence + "; it answers on " + oldPort.get(),
              "VPC CNI up to 1.3.3, and 1.4.0, serve it on the port of the metrics")
          .remedied("Set --introspection-url " + oldPort.get() + ", and plan an upgrade");
    } else if (node.snapshot().metrics().isPresent()) {
      return SPEC.fail(
              "ipamD runs, but its introspection does not answer",
              evidence + "; its metrics answer",
              "DISABLE_INTROSPECTION is set for aws-node, or INTROSPECTION_BIND_ADDRESS moves the"
                  + " port")
          .remedied(
              "Find the setting: kubectl -n kube-system describe ds aws-node | grep INTROSPECTION;"
                  + " then remove it, or set --introspection-url");
    }
    return notRunning(evidence);
  }

  private static Finding notRunning(String evidence) {
    return SPEC.fail(
        "ipamD does not run, or failed to start",
        evidence,
        "aws-node is not on this node (another CNI?), or it restarts repeatedly: \"IPAM failed to"
            + " start\" in its log usually means that its role lacks AmazonEKS_CNI_Policy, or that"
            + " it cannot reach EC2 or the API server");
  }
}
