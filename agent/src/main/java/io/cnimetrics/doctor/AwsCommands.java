package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Command.EVERY_NODE;
import static io.cnimetrics.doctor.Placeholder.CLUSTER;
import static io.cnimetrics.doctor.Placeholder.INSTANCE_ID;
import static io.cnimetrics.doctor.Placeholder.PARTITION;
import static io.cnimetrics.doctor.Placeholder.REGION;

/** Commands about the instance, roles, endpoints and calls to AWS. */
final class AwsCommands {
  private AwsCommands() {}

  /** The start of a call of the AWS CLI, such as {@code ec2 describe-subnets}, in this region. */
  static String aws(String call) {
    return "aws " + call + " --region " + REGION;
  }

  /** Shows a field of this instance. */
  static String ofInstance(String field) {
    return aws("ec2 describe-instances")
        + " --instance-ids "
        + INSTANCE_ID
        + " --query 'Reservations[].Instances[]."
        + field
        + "'";
  }

  static final Command METADATA_OPTIONS = Command.of(ofInstance("MetadataOptions"));

  /** Changes options of the instance's metadata, such as {@code --http-endpoint enabled}. */
  static Command setMetadataOptions(String options) {
    return Command.of(
        aws("ec2 modify-instance-metadata-options")
            + " --instance-id "
            + INSTANCE_ID
            + " "
            + options);
  }

  /**
   * Shows the interface endpoints of a service in the region. In China the names of some services
   * start with {@code cn.com.amazonaws}.
   */
  static Command vpcEndpoints(String service) {
    return Command.of(
        aws("ec2 describe-vpc-endpoints")
            + " --filters Name=service-name,Values='*.'"
            + REGION
            + "."
            + service
            + " --query"
            + " 'VpcEndpoints[].[VpcEndpointId,VpcId,State,PrivateDnsEnabled,Groups[].GroupId]'"
            + " --output text");
  }

  /** Shows the callers of a call such as {@code DetachNetworkInterface}. */
  static Command callersOf(String call) {
    return Command.of(
        events("EventName", call)
            + " --query 'Events[].[EventTime,Username,Resources[].ResourceName]' --output text");
  }

  /** Shows why AWS denied a call, such as "with an explicit deny in a service control policy". */
  static Command denialsOf(String call) {
    return Command.of(
            events("EventName", call)
                + " --query 'Events[].CloudTrailEvent' --output text"
                + " | grep -oE 'User: arn:[^\"]* (because|with an explicit deny)[^\".]*'"
                + " | sort | uniq -c")
        .noted("names the role and the reason, usually about 5 minutes after the call");
  }

  /** Shows the calls to AWS that used or changed a resource. */
  static Command eventsOf(String resource) {
    return Command.of(events("ResourceName", resource));
  }

  private static String events(String attribute, String value) {
    return aws("cloudtrail lookup-events")
        + " --lookup-attributes AttributeKey=%s,AttributeValue=%s --max-items 50"
            .formatted(attribute, Command.quoted(value));
  }

  /**
   * Counts the account's last calls to EC2. The counts are grouped by role or user, call and error.
   */
  static final Command CALLS_TO_EC2 =
      Command.of(
              aws("cloudtrail lookup-events")
                  + " --lookup-attributes AttributeKey=EventSource,AttributeValue=ec2.amazonaws.com"
                  + " --max-items 500 --query 'Events[].[Username,EventName,CloudTrailEvent]'"
                  + " --output text | sed -E"
                  + " 's/^[^[:space:]]*(.*\"sessionIssuer\":[{][^}]*\"userName\":\"([^\"]*)\")/\\2\\1/;"
                  + " s/[{].*\"errorCode\":\"([^\"]*).*/\\1/; s/[{].*//' | sort | uniq -c | sort"
                  + " -rn | head -20")
          .noted("CloudTrail shows a call after 5 minutes or more: then repeat this command");

  static final Command ROLE_OF_AGENT = roleOf("cni-metrics-agent");
  static final Command ROLE_OF_AWS_NODE = roleOf("aws-node");

  /**
   * Sets the shell variable ROLE, which other commands use. If a service account has roles of both
   * kinds, EKS gives its pods only the role of Pod Identity.
   */
  private static Command roleOf(String serviceAccount) {
    String association =
        aws("eks list-pod-identity-associations")
            + " --cluster-name %s --namespace kube-system --service-account %s"
                .formatted(CLUSTER, serviceAccount)
            + " --query 'associations[0].associationId' --output text";
    String profile = ofInstance("IamInstanceProfile.Arn") + " --output text | sed 's|.*/||'";
    return Command.of(
            "ROLE=\"$( ("
                + aws("eks describe-pod-identity-association")
                + " --cluster-name %s --association-id \"$(%s)\"".formatted(CLUSTER, association)
                + " --query association.roleArn 2>/dev/null; "
                + "kubectl -n kube-system get sa %s -o yaml; ".formatted(serviceAccount)
                + "aws iam get-instance-profile --instance-profile-name \"$(%s)\")"
                    .formatted(profile)
                + " | grep -om 1 ':role/[^\"[:space:]]*' | sed 's|.*/||')\"; echo \"$ROLE\"")
        .noted("prints the role: by Pod Identity, else by IRSA, else the role of the node");
  }

  static final Command TRUST_OF_ROLE =
      Command.of("aws iam get-role --query Role.AssumeRolePolicyDocument --role-name \"$ROLE\"");

  static final Command ATTACH_CNI_POLICY =
      changeOfRole(
          "attach-role-policy --policy-arn arn:"
              + PARTITION
              + ":iam::aws:policy/AmazonEKS_CNI_Policy");

  /** Allows the role an action that AmazonEKS_CNI_Policy does not allow. */
  static Command allow(String action) {
    return changeOfRole(
        "put-role-policy --policy-name "
            + Command.quoted("vpc-cni-" + action.split(":", 2)[1])
            + " --policy-document "
            + Command.quoted(
                "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\""
                    + action
                    + "\",\"Resource\":\"*\"}]}"));
  }

  private static Command changeOfRole(String call) {
    return Command.of("aws iam " + call + " --role-name \"$ROLE\"")
        .noted(EVERY_NODE + " with that role");
  }
}
