package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.METRICS;

import io.cnimetrics.catalog.Cause;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.Series;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The errors that EC2 returns to ipamD. The table has one row for each cause.
 *
 * @param stopsPods whether pods get no address because of the error
 * @param before the title if the error happened earlier but does not last
 * @param never the title if the error did not happen since ipamD started
 * @param cause what usually causes the error
 */
record Ec2Errors(
    Cause error, CheckSpec spec, boolean stopsPods, String before, String never, String cause) {
  private static final String API_ERRORS = MetricCatalog.AWS_API_ERR.onlySeries().name();
  private static final String WARNS = "warn if the count since ipamD started is over 0";
  private static final String FAILS =
      "fail if the count rises between polls, or if the count is"
          + " over 0 and the warm pool is empty; ";

  private static final List<Ec2Errors> ROWS =
      List.of(
          new Ec2Errors(
              Cause.EC2_DENIES,
              spec(
                      "ec2-denied",
                      "the error codes of missing permissions",
                      FAILS + WARNS,
                      "Attach the policy to aws-node's role. The policy's ARN starts with"
                          + " arn:aws-cn: in China, and with arn:aws-us-gov: in GovCloud."
                          + " Command: aws iam attach-role-policy --role-name <role of aws-node>"
                          + " --policy-arn arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy")
                  .see(Pages.ROLE),
              true,
              "EC2 denied calls of ipamD",
              "EC2 did not deny any call of ipamD",
              "The role of aws-node lacks AmazonEKS_CNI_Policy, or a policy of the organisation"
                  + " forbids the calls. Without its own role, aws-node uses the node's role"),
          new Ec2Errors(
              Cause.NO_ADDRESS_IN_SUBNET,
              spec(
                      "ec2-no-addresses",
                      "the error code `InsufficientFreeAddressesInSubnet`",
                      FAILS + WARNS,
                      "Release unused addresses, add subnets with the tag kubernetes.io/role/cni=1,"
                          + " or use custom networking with a secondary CIDR. To see the free"
                          + " addresses: aws ec2 describe-subnets --query"
                          + " 'Subnets[].[SubnetId,AvailableIpAddressCount]'")
                  .see(Pages.ADDRESS_USE),
              true,
              "The subnet had no free address",
              "EC2 always had addresses for ipamD",
              "Pods, warm pools of other nodes or load balancers use all addresses of the subnet"),
          new Ec2Errors(
              Cause.NO_PREFIX_IN_SUBNET,
              spec(
                      "ec2-no-prefixes",
                      "the error code `InsufficientCidrBlocks`",
                      FAILS + WARNS,
                      "Use a new subnet for prefixes, or reserve a block for prefixes: aws ec2"
                          + " create-subnet-cidr-reservation --reservation-type prefix"
                          + " --subnet-id <subnet> --cidr <block>")
                  .see(Pages.PREFIXES),
              true,
              "The subnet had no free /28",
              "EC2 always had prefixes for ipamD",
              "The used addresses are scattered, and no 16 addresses in a row are free"),
          new Ec2Errors(
              Cause.EC2_THROTTLES,
              spec(
                      "ec2-throttled",
                      "the error codes of throttling, and the number of all requests",
                      WARNS,
                      "Raise or unset WARM_IP_TARGET, add nodes more slowly, and find other"
                          + " callers of EC2 in CloudTrail. If this is not enough, request a"
                          + " higher limit for the account")
                  .see(Pages.THROTTLING),
              false,
              "EC2 throttled ipamD",
              "EC2 did not throttle ipamD",
              "The account makes more calls than its limit allows. Usual reasons are many new nodes"
                  + " at once, a small WARM_IP_TARGET with short-lived pods, or another caller"),
          new Ec2Errors(
              Cause.ENI_LIMIT,
              spec(
                  "ec2-eni-limit",
                  "the error code `PrivateIpAddressLimitExceeded`",
                  WARNS,
                  "ipamD corrects its address list automatically. If the count still rises, find"
                      + " the program that assigns addresses to the node's ENIs, or restart ipamD: "
                      + Commands.RESTART_AWS_NODE),
              false,
              "ipamD requested more addresses than an ENI can hold",
              "ipamD requested no more addresses than its ENIs can hold",
              "ipamD's list of the ENI's addresses differed from EC2's list"));

  static List<Check> checks() {
    return ROWS.stream().map(row -> row.spec.check(row::finding)).toList();
  }

  /** Returns one series for each error code, because the evidence names the codes. */
  static Stream<Series> series() {
    return ROWS.stream().flatMap(Ec2Errors::codes).map(Ec2Errors::series);
  }

  private static CheckSpec spec(String id, String codes, String fires, String remedy) {
    return CheckSpec.of(id, "`awscni_aws_api_error_count`: " + codes, fires, remedy).needs(METRICS);
  }

  private static Series series(String code) {
    return Series.of(API_ERRORS, "error", Set.of(code));
  }

  private Stream<String> codes() {
    return error.ec2Codes().stream();
  }

  private Finding finding(NodeEvidence node) {
    double total = codes().mapToDouble(code -> node.total(series(code))).sum();
    double rise = codes().mapToDouble(code -> node.rise(series(code))).sum();
    if (total == 0) {
      return spec.ok(never, "0 such errors");
    }
    String evidence = evidence(node, rise);
    boolean lasts = rise > 0 || (stopsPods && PodAddresses.isEmptyWithRoom(node.last()));
    String title = lasts ? error.title() : before;
    return lasts && stopsPods
        ? spec.fail(title, evidence, cause)
        : spec.warn(title, evidence, cause);
  }

  private String evidence(NodeEvidence node, double rise) {
    String byCode =
        codes()
            .filter(code -> node.total(series(code)) > 0)
            .sorted(Comparator.comparing((String code) -> -node.total(series(code))))
            .map(code -> String.format(Locale.ROOT, "%s %.0f", code, node.total(series(code))))
            .collect(Collectors.joining(", "));
    double requests = node.total(MetricCatalog.EC2_API_REQ_COUNT);
    return byCode
        + " since ipamD started"
        + node.whileWatching(rise)
        + (requests > 0 ? "; ipamD sent %.0f requests in total".formatted(requests) : "");
  }
}
