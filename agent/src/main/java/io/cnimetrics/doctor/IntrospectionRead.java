package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Source;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** Whether ipamD tells what it holds. */
final class IntrospectionRead implements Check {
  private static final String SEE_AWS_NODE =
      "See whether aws-node runs here: kubectl -n kube-system get pods -l k8s-app=aws-node -o wide;"
          + " then its log: /var/log/aws-routed-eni/ipamd.log";
  private static final CheckSpec SPEC =
      CheckSpec.of(
              "introspection",
              "`GET /v1/enis` of ipamD",
              "fail: refused, hanging, of another shape, on the port of old releases; warn: not"
                  + " read by setting (`--introspection-url none`)",
              SEE_AWS_NODE)
          .see(Pages.TROUBLESHOOTING);

  private final Probes.Introspection elsewhere;

  IntrospectionRead(Probes.Introspection elsewhere) {
    this.elsewhere = elsewhere;
  }

  @Override
  public CheckSpec spec() {
    return SPEC;
  }

  @Override
  public List<Finding> run(NodeEvidence node) {
    Optional<AddressPool> pool = node.snapshot().pool();
    if (pool.isPresent()) {
      return List.of(SPEC.ok("ipamD reports its interfaces", held(pool.get())));
    } else if (node.snapshot().introspectionOff()) {
      return List.of(off(node));
    }
    return List.of(failed(node, node.problems(Source.INTROSPECTION).get(0)));
  }

  private static String held(AddressPool pool) {
    return (pool.ipv6() ? EvidenceText.enis(pool.eniCount()) : EvidenceText.of(pool))
        + ", pods hold %d".formatted(pool.assigned());
  }

  private static Finding off(NodeEvidence node) {
    return node.snapshot().metrics().isPresent()
        ? SPEC.warn(
                "Introspection is not read",
                "--introspection-url none: ipamD's gauges stand in",
                "They go wrong with several network cards and after a forced removal, and report"
                    + " nothing of cooldown or single interfaces")
            .remedied("Unless DISABLE_INTROSPECTION is wanted, remove it from aws-node")
        : notRunning("introspection is off by setting, and the metrics do not answer either");
  }

  private Finding failed(NodeEvidence node, Problem problem) {
    String evidence = problem.brief();
    return switch (problem.reason()) {
      case UNREACHABLE -> refused(node, evidence);
      case TIMEOUT ->
          SPEC.fail(
              "ipamD does not answer in time",
              evidence,
              "ipamD hangs, or the node has no CPU left for it");
      default ->
          SPEC.fail(
                  "What answers is not ipamD's introspection",
                  evidence,
                  "Another program has the port, a proxy stands between, or ipamD is ill")
              .remedied("Check --introspection-url; who listens: ss -ltnp 'sport = :61679'");
    };
  }

  private Finding refused(NodeEvidence node, String evidence) {
    Optional<URI> oldPort = node.agentSettings().metricsUrl().map(url -> url.resolve("/"));
    if (oldPort.filter(elsewhere::answersAt).isPresent()) {
      return SPEC.fail(
              "Introspection is on the port of old releases",
              evidence + "; it answers at " + oldPort.get(),
              "Releases up to 1.3.3 and 1.4.0 serve it beside the metrics")
          .remedied("Give --introspection-url " + oldPort.get() + ", and plan an upgrade");
    } else if (node.snapshot().metrics().isPresent()) {
      return SPEC.fail(
              "Introspection refuses, though ipamD runs",
              evidence + "; its metrics answer",
              "DISABLE_INTROSPECTION is set for aws-node, or INTROSPECTION_BIND_ADDRESS moves the"
                  + " port")
          .remedied(
              "See which: kubectl -n kube-system describe ds aws-node | grep INTROSPECTION; then"
                  + " remove it, or give --introspection-url");
    }
    return notRunning(evidence);
  }

  private static Finding notRunning(String evidence) {
    return SPEC.fail(
        "ipamD does not run, or failed to start",
        evidence,
        "aws-node is not on this node (another CNI?) or restarts over and over: \"IPAM failed to"
            + " start\" in its log mostly means that its role lacks AmazonEKS_CNI_Policy, or that"
            + " it cannot reach EC2 or the API server");
  }
}
