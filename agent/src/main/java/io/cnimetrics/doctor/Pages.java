package io.cnimetrics.doctor;

/** The URLs of AWS's pages that findings link to. */
final class Pages {
  private static final String GUIDE = "https://docs.aws.amazon.com/eks/latest/userguide/";
  private static final String PRACTICES = "https://docs.aws.amazon.com/eks/latest/best-practices/";
  static final String TROUBLESHOOTING =
      "https://github.com/aws/amazon-vpc-cni-k8s/blob/master/docs/troubleshooting.md";
  static final String ADDRESS_USE = PRACTICES + "ip-opt.html";
  static final String VPC_CNI = PRACTICES + "vpc-cni.html";
  static final String PREFIXES = GUIDE + "cni-increase-ip-addresses.html";
  static final String ROLE = GUIDE + "cni-iam-role.html";
  static final String CUSTOM_NETWORKING = GUIDE + "cni-custom-network.html";
  static final String POD_SECURITY_GROUPS = GUIDE + "security-groups-for-pods.html";
  static final String INSTANCE_TYPES = GUIDE + "choosing-instance-type.html";
  static final String IPV6 = GUIDE + "cni-ipv6.html";
  static final String RELEASES = GUIDE + "managing-vpc-cni.html";
  static final String THROTTLING =
      "https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html";
  static final String EC2_ERRORS =
      "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html";
  static final String METADATA =
      "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-metadata.html";
  static final String PRIVATE_CLUSTERS = GUIDE + "private-clusters.html";
  static final String PUT_METRIC_DATA =
      "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html";
  static final String TIME = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/set-time.html";

  private Pages() {}
}
