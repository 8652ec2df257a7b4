package io.cnimetrics.catalog;

import io.cnimetrics.capacity.NodeCapacity;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The causes of trouble that the log and the doctor name in the same words. If EC2 returns errors
 * of several causes, the first of these causes in this list is the most certain reason.
 */
public enum Cause {
  EC2_DENIES(
      "ec2-denied",
      "EC2 denies calls of ipamD",
      "UnauthorizedOperation",
      "AccessDenied",
      "AccessDeniedException",
      "AuthFailure",
      "InvalidClientTokenId",
      "UnrecognizedClientException",
      "ExpiredToken",
      "ExpiredTokenException",
      "SignatureDoesNotMatch",
      "InvalidSignatureException",
      "IncompleteSignature",
      "MissingAuthenticationToken"),
  NO_CREDENTIALS(
      "ec2-no-credentials",
      "ipamD gets no AWS credentials",
      "NoCredentialProviders",
      "WebIdentityErr",
      "EC2RoleRequestError",
      "CredentialsEndpointError",
      "InvalidIdentityToken",
      "IDPCommunicationError",
      "IDPRejectedClaim"),
  SECURITY_GROUP(
      "ec2-security-group",
      "the security group for new ENIs does not exist",
      "InvalidSecurityGroupID.NotFound",
      "InvalidSecurityGroupId.NotFound",
      "InvalidGroup.NotFound",
      "InvalidSecurityGroupID.Malformed",
      "InvalidGroupId.Malformed"),
  SECURITY_GROUP_LIMIT(
      "ec2-security-group-limit",
      "new ENIs have too many security groups",
      "SecurityGroupLimitExceeded",
      "SecurityGroupsPerInterfaceLimitExceeded"),
  SUBNET_GONE(
      "ec2-subnet-gone",
      "the subnet for new ENIs does not exist",
      "InvalidSubnetID.NotFound",
      "InvalidSubnetId.NotFound",
      "InvalidSubnetID.Malformed",
      "InvalidSubnetId.Malformed",
      "InvalidSubnet"),
  NO_PREFIX_IN_SUBNET("ec2-no-prefixes", "the subnet has no free /28", "InsufficientCidrBlocks"),
  NO_ADDRESS_IN_SUBNET(
      "ec2-no-addresses",
      "the subnet has too few free addresses",
      "InsufficientFreeAddressesInSubnet"),
  INTERFACE_QUOTA(
      "ec2-interface-quota",
      "the account's quota of network interfaces is used up",
      "NetworkInterfaceLimitExceeded"),
  OPT_IN(
      "ec2-opt-in",
      "the account may not use EC2 in this region",
      "OptInRequired",
      "RegionDisabledException",
      "PendingVerification",
      "Blocked"),
  CLOCK(
      "ec2-clock",
      "EC2 rejects requests as expired",
      "RequestExpired",
      "InvalidSecurity.RequestHasExpired",
      "RequestTimeTooSkewed",
      "RequestInTheFuture"),
  ATTACHMENT_LIMIT(
      "ec2-attachment-limit",
      "ipamD attaches more ENIs than the type permits",
      NodeCapacity.ENI_LIMIT_CODES),
  ENI_LIMIT(
      "ec2-eni-limit",
      "ipamD requests more addresses than an ENI can hold",
      NodeCapacity.ADDRESS_LIMIT_CODES),
  UNREACHABLE(
      "ec2-unreachable",
      "ipamD does not reach AWS",
      "RequestError",
      "RequestCanceled",
      "RequestTimeout",
      "ResponseTimeout",
      "SerializationError"),
  FAULT(
      "ec2-fault",
      "EC2 has internal errors",
      "InternalError",
      "InternalFailure",
      "ServiceUnavailable",
      "Unavailable"),
  EC2_THROTTLES(
      "ec2-throttled",
      "EC2 throttles ipamD",
      "RequestLimitExceeded",
      "Throttling",
      "ThrottlingException",
      "RequestThrottled",
      "RequestThrottledException",
      "TooManyRequestsException",
      "EC2ThrottledException"),
  STUCK_ACTION("stuck-action", "ipamD does not finish a change of its pool"),
  COOLDOWN("cooldown", "pods wait for addresses to cool down"),
  WARM_POOL_EMPTY("warm-pool", "the warm pool is empty"),
  METADATA_AWAY("metadata-away", "instance metadata does not answer ipamD"),
  LEAKED("leaked-addresses", "ipamD holds addresses of pods that no longer exist"),
  NODE_FULL("node-full", "the node is full");

  private final String finding;
  private final String text;
  private final Set<String> ec2Codes;

  Cause(String finding, String text, String... ec2Codes) {
    this(finding, text, Set.of(ec2Codes));
  }

  Cause(String finding, String text, Set<String> ec2Codes) {
    this.finding = finding;
    this.text = text;
    this.ec2Codes = ec2Codes;
  }

  /** The cause of an error code of EC2; empty if no cause lists the code. */
  public static Optional<Cause> ofCode(String code) {
    return Stream.of(values()).filter(cause -> cause.ec2Codes.contains(code)).findFirst();
  }

  /** The id of the doctor's finding. */
  public String finding() {
    return finding;
  }

  /** The cause as one clause, for the end of a log line. */
  public String text() {
    return text;
  }

  /** The cause as a title. */
  public String title() {
    // Names such as ipamD and EC2 keep their case.
    return text.startsWith("ipamD")
        ? text
        : Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }

  /** The EC2 error codes with this cause; empty if the cause shows in no error of EC2. */
  public Set<String> ec2Codes() {
    return ec2Codes;
  }
}
