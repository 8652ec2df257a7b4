package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether the instance's metadata can be read from here. */
final class ImdsReadable implements Check {
  private static final Set<Reason> OF_THE_NAME_ONLY = EnumSet.of(Reason.NOT_FOUND, Reason.MISMATCH);

  private static final CheckSpec SPEC =
      CheckSpec.of(
              "instance-metadata",
              "IMDSv2: token, instance id, type, region, zone",
              "warn: no token, no answer, or a refusal",
              "Run the agent on the host's network, or raise the hop limit: aws ec2"
                  + " modify-instance-metadata-options --instance-id <instance>"
                  + " --http-put-response-hop-limit 2; or give --region and --cluster-id")
          .see(Pages.METADATA);

  @Override
  public CheckSpec spec() {
    return SPEC;
  }

  @Override
  public List<Finding> run(NodeEvidence node) {
    Optional<Problem> problem =
        node.problems(Source.IMDS).stream()
            .filter(any -> !OF_THE_NAME_ONLY.contains(any.reason()))
            .findFirst();
    if (problem.isPresent()) {
      return List.of(
          SPEC.warn(
              "Instance metadata cannot be read",
              problem.get().brief(),
              cause(problem.get().reason())));
    }
    return List.of(
        node.identity()
            .instance()
            .id()
            .map(id -> SPEC.ok("Instance metadata can be read", id))
            .orElseGet(() -> SPEC.notChecked("switched off by AWS_EC2_METADATA_DISABLED")));
  }

  private static String cause(Reason reason) {
    return switch (reason) {
      case TIMEOUT ->
          "The answer to the token's request does not reach pods without the host's network at a"
              + " hop limit of 1, or the service is throttled";
      case UNREACHABLE -> "This is no EC2 instance, or a policy keeps pods from 169.254.169.254";
      case DENIED -> "Instance metadata is switched off for this instance, or kept from this pod";
      default -> "What answers may not be the metadata service";
    };
  }
}
