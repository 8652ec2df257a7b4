package io.cnimetrics.snapshot;

import java.util.Set;

/**
 * One kind of error that ipamD counts.
 *
 * @param family the counter, such as {@code awscni_aws_api_error_count}
 * @param call the call to AWS, such as {@code CreateNetworkInterface}, or the function of ipamD
 * @param code the error code of AWS; empty for a counter without codes
 */
public record IpamdError(String family, String call, String code) {
  /** Failed calls to AWS, by call and code. */
  public static final String API_ERRORS = "awscni_aws_api_error_count";

  /** Errors inside ipamD, by function. */
  public static final String FUNCTION_ERRORS = "awscni_ipamd_error_count";

  /** Codes that only instance metadata causes. */
  private static final Set<String> METADATA_CODES = Set.of("EC2MetadataError", "IMDSRequestError");

  /** ipamD's calls to instance metadata for a new pod. If a call fails, the pod does not start. */
  public static final Set<String> CALLS_OF_PODS =
      Set.of("GetVPCIPv4CIDRBlocks", "GetVPCIPv6CIDRBlocks");

  /**
   * Calls without which some releases of ipamD can still add addresses. If DescribeSubnets fails,
   * for example, these releases use only the node's subnet.
   */
  private static final Set<String> OPTIONAL_CALLS =
      Set.of("DescribeSubnets", "DescribeSecurityGroups", "CreateTags", "IMDSMetaDataOutOfSync");

  /** Whether instance metadata failed while ipamD set up a pod. */
  public boolean isOfPod() {
    return CALLS_OF_PODS.contains(call);
  }

  /**
   * Whether a request to instance metadata failed. Releases before 1.19.4 count such a request
   * under general codes too, such as RequestError. No call of ipamD to EC2 has a name with "Get".
   */
  public boolean isOfMetadata() {
    return METADATA_CODES.contains(code) || (family.equals(API_ERRORS) && call.startsWith("Get"));
  }

  /**
   * Whether the error is normal. ipamD also reads paths of instance metadata that do not exist on
   * every instance.
   */
  public boolean isHarmless() {
    return code.equals("EC2MetadataError") && !isOfPod();
  }

  /** Whether ipamD may be able to add addresses although this call fails. */
  public boolean isOptional() {
    return OPTIONAL_CALLS.contains(call);
  }

  /** Whether a function of ipamD failed that adds ENIs or addresses to the pool. */
  public boolean isOfGrowth() {
    return family.equals(FUNCTION_ERRORS)
        && (call.startsWith("increaseIPPool")
            || call.startsWith("waitENI")
            || call.startsWith("add"));
  }

  /**
   * The name of the call in EC2's API. Releases 1.10 to 1.19.3 count AssignIpv6Addresses under
   * another name, and releases 1.5 and 1.6.0 count the name of a method of the SDK.
   */
  public String action() {
    return call.equals("AssignPrivateIpv6Addresses")
        ? "AssignIpv6Addresses"
        : call.replaceFirst("WithContext$", "");
  }

  /** The PromQL selector of this kind of error. */
  public String key() {
    return code.isEmpty()
        ? "%s{fn=\"%s\"}".formatted(family, call)
        : "%s{api=\"%s\",error=\"%s\"}".formatted(family, call, code);
  }

  /** The call and the code, such as {@code CreateNetworkInterface UnauthorizedOperation}. */
  @Override
  public String toString() {
    return code.isEmpty() ? call : action() + " " + code;
  }
}
