package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.Origin;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Whether a service that the agent needs can be reached from here, whatever it then allows. */
final class EndpointReachable implements Check {
  private static final String REMEDY =
      "A private subnet needs an interface endpoint of %s with private DNS, and a security group"
          + " that lets the node in on port 443; else set HTTPS_PROXY, with NO_PROXY for"
          + " 169.254.169.254 and 169.254.170.23";

  private final CheckSpec spec;
  private final String service;
  private final Probes.Endpoint endpoint;
  private final Predicate<NodeEvidence> needed;

  private EndpointReachable(
      String service, String prefix, Probes.Endpoint endpoint, Predicate<NodeEvidence> needed) {
    this.spec =
        CheckSpec.of(
                prefix + "-endpoint",
                "an answer, any, of `%s` in the region, by the SDK's settings".formatted(prefix),
                "warn: no name, no connection, or no answer",
                REMEDY.formatted(prefix))
            .see(Pages.PRIVATE_CLUSTERS);
    this.service = service;
    this.endpoint = endpoint;
    this.needed = needed;
  }

  static EndpointReachable cloudWatch(Probes.Endpoint endpoint) {
    return new EndpointReachable("CloudWatch", "monitoring", endpoint, node -> true);
  }

  /** Not needed by an agent that is given its cluster's name and not told to look at subnets. */
  static EndpointReachable ec2(Probes.Endpoint endpoint, boolean subnets) {
    return new EndpointReachable("EC2", "ec2", endpoint, node -> subnets || !clusterIsGiven(node));
  }

  private static boolean clusterIsGiven(NodeEvidence node) {
    return node.origins().clusterId().filter(Origin.Given.class::isInstance).isPresent();
  }

  @Override
  public CheckSpec spec() {
    return spec;
  }

  @Override
  public List<Finding> run(NodeEvidence node) {
    if (!needed.test(node)) {
      return List.of(spec.ok(service + " is not needed", "the cluster's name is given"));
    }
    Optional<String> region = node.identity().region();
    if (region.isEmpty()) {
      return List.of(spec.notChecked("the region is unknown"));
    }
    Probes.EndpointResult visit = endpoint.probe(region.get());
    return List.of(
        visit
            .failure()
            .map(
                failure ->
                    spec.warn(
                        service + " cannot be reached",
                        "%s: %s".formatted(visit.url(), failure),
                        "The subnet has no way to it: no endpoint, NAT or proxy, or something on"
                            + " the way keeps us out"))
            .orElseGet(() -> spec.ok(service + " can be reached", visit.url())));
  }
}
