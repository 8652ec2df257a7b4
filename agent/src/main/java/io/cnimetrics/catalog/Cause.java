package io.cnimetrics.catalog;

import java.util.Set;

/** The causes of trouble. The log and the doctor use the same text for the same cause. */
public enum Cause {
  EC2_DENIES(
      "EC2 denies calls of ipamD",
      "UnauthorizedOperation",
      "AccessDenied",
      "AccessDeniedException",
      "AuthFailure",
      "InvalidClientTokenId",
      "UnrecognizedClientException",
      "ExpiredToken",
      "ExpiredTokenException"),
  NO_ADDRESS_IN_SUBNET("the subnet has no free address", "InsufficientFreeAddressesInSubnet"),
  NO_PREFIX_IN_SUBNET("the subnet has no free /28", "InsufficientCidrBlocks"),
  EC2_THROTTLES(
      "EC2 throttles ipamD",
      "RequestLimitExceeded",
      "Throttling",
      "ThrottlingException",
      "RequestThrottled",
      "RequestThrottledException",
      "TooManyRequestsException",
      "EC2ThrottledException"),
  ENI_LIMIT("ipamD requests more addresses than an ENI can hold", "PrivateIpAddressLimitExceeded"),
  COOLDOWN("pods wait for addresses to cool down"),
  WARM_POOL_EMPTY("the warm pool is empty");

  private final String text;
  private final Set<String> ec2Codes;

  Cause(String text, String... ec2Codes) {
    this.text = text;
    this.ec2Codes = Set.of(ec2Codes);
  }

  /** The cause as one clause, for the end of a log line. */
  public String text() {
    return text;
  }

  /** The cause as a title: the same text with a capital letter. */
  public String title() {
    // The name ipamD keeps its small letter in a title.
    return text.startsWith("ipamD")
        ? text
        : Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }

  /** The error codes that EC2 returns for this cause; empty if EC2 returns no error. */
  public Set<String> ec2Codes() {
    return ec2Codes;
  }
}
