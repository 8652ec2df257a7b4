package io.cnimetrics.aws;

import java.util.Optional;
import java.util.function.UnaryOperator;

/** The role of the EC2 instance. Instance metadata returns the role's credentials. */
final class InstanceRole implements CredentialsSource {
  private static final String PATH = "/latest/meta-data/iam/security-credentials/";

  private static final String NAME =
      "this pod has no IRSA and no EKS Pod Identity, so the agent uses the instance's role";

  private static final String SETUP =
      "give the agent's service account a role by EKS Pod Identity or IRSA, or let the agent use"
          + " the instance's role over the host network; the role must allow"
          + " cloudwatch:PutMetricData";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Fetched fetch() {
    if (InstanceMetadata.isDisabled()) {
      throw CredentialsException.refusal(
          NAME + ": instance metadata is switched off (AWS_EC2_METADATA_DISABLED=true)", SETUP);
    }
    try (MetadataService service = new MetadataService(UnaryOperator.identity())) {
      Optional<String> role =
          service.get(PATH).flatMap(names -> names.lines().findFirst()).map(String::strip);
      Optional<String> json =
          role.filter(name -> !name.isEmpty()).flatMap(name -> service.get(PATH + name));
      return CredentialsJson.parse(
          json.orElseThrow(
              () -> CredentialsException.refusal(NAME + ": the instance has no role", SETUP)),
          NAME + ": instance metadata answered");
    } catch (MetadataService.Failed e) {
      String fact = NAME + ": " + e.fact();
      throw switch (e.reason()) {
        case DENIED, NOT_FOUND -> CredentialsException.refusal(fact, SETUP);
        default ->
            CredentialsException.outage(
                fact,
                "check that the agent reaches instance metadata (host network, or a hop limit of"
                    + " 2); the agent tries again");
      };
    }
  }
}
