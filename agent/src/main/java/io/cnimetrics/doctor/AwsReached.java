package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.Origin;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Whether a service that the agent needs can be reached from here, whatever it then allows. */
final class AwsReached implements Check {
  private static final String REMEDY =
      "A private subnet needs an interface endpoint of %s with private DNS, and a security group"
          + " that lets the node in on port 443; else set HTTPS_PROXY, with NO_PROXY for"
          + " 169.254.169.254 and 169.254.170.23";

  private final Topic topic;
  private final String service;
  private final World.Endpoint endpoint;
  private final Predicate<Examination> needed;

  private AwsReached(
      String service, String prefix, World.Endpoint endpoint, Predicate<Examination> needed) {
    this.topic =
        Topic.of(
                prefix + "-endpoint",
                "an answer, any, of `%s` in the region, by the SDK's settings".formatted(prefix),
                "warn: no name, no connection, or no answer",
                REMEDY.formatted(prefix))
            .see(Pages.PRIVATE_CLUSTERS);
    this.service = service;
    this.endpoint = endpoint;
    this.needed = needed;
  }

  static AwsReached cloudWatch(World.Endpoint endpoint) {
    return new AwsReached("CloudWatch", "monitoring", endpoint, seen -> true);
  }

  /** Not needed by an agent that is given its cluster's name and not told to look at subnets. */
  static AwsReached ec2(World.Endpoint endpoint, boolean subnets) {
    return new AwsReached("EC2", "ec2", endpoint, seen -> subnets || !clusterIsGiven(seen));
  }

  private static boolean clusterIsGiven(Examination seen) {
    return seen.origins().clusterId().filter(Origin.Given.class::isInstance).isPresent();
  }

  @Override
  public Topic topic() {
    return topic;
  }

  @Override
  public List<Finding> look(Examination seen) {
    if (!needed.test(seen)) {
      return List.of(topic.ok(service + " is not needed", "the cluster's name is given"));
    }
    Optional<String> region = seen.node().region();
    if (region.isEmpty()) {
      return List.of(topic.notChecked("the region is unknown"));
    }
    World.Visit visit = endpoint.visit(region.get());
    return List.of(
        visit
            .failure()
            .map(
                failure ->
                    topic.warn(
                        service + " cannot be reached",
                        "%s: %s".formatted(visit.url(), failure),
                        "The subnet has no way to it: no endpoint, NAT or proxy, or something on"
                            + " the way keeps us out"))
            .orElseGet(() -> topic.ok(service + " can be reached", visit.url())));
  }
}
