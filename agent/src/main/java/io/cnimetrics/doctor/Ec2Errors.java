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
 * The errors that EC2 returns to ipamD: one row for each cause.
 *
 * @param stopsPods whether pods get no address because of it
 * @param before the title if it happened, but not while watching
 * @param never the title if it did not happen since ipamD started
 * @param cause what usually leads to it
 */
record Ec2Errors(
    Cause error, CheckSpec spec, boolean stopsPods, String before, String never, String cause) {
  private static final String API_ERRORS = MetricCatalog.AWS_API_ERR.onlySeries().name();
  private static final String WARNS = "warn: over 0 since ipamD started";
  private static final String FAILS = "fail: it rises while watching, or the pool is empty; ";

  private static final List<Ec2Errors> ROWS =
      List.of(
          new Ec2Errors(
              Cause.EC2_DENIES,
              spec(
                      "ec2-denied",
                      "codes of missing permissions",
                      FAILS + WARNS,
                      "Attach the policy to aws-node's role: aws iam attach-role-policy --role-name"
                          + " <role of aws-node> --policy-arn"
                          + " arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy (arn:aws-cn: in China,"
                          + " arn:aws-us-gov: in GovCloud)")
                  .see(Pages.ROLE),
              true,
              "EC2 denied calls of ipamD",
              "EC2 denied no call of ipamD",
              "The role of aws-node (or the node's role, if aws-node has none) lacks"
                  + " AmazonEKS_CNI_Policy, or an organisation's policy forbids the calls"),
          new Ec2Errors(
              Cause.NO_ADDRESS_IN_SUBNET,
              spec(
                      "ec2-no-addresses",
                      "`InsufficientFreeAddressesInSubnet`",
                      FAILS + WARNS,
                      "Check what is free: aws ec2 describe-subnets --query"
                          + " 'Subnets[].[SubnetId,AvailableIpAddressCount]'. Then release unused addresses,"
                          + " add subnets (tag kubernetes.io/role/cni=1), or use a secondary CIDR"
                          + " with custom networking")
                  .see(Pages.ADDRESS_USE),
              true,
              "The subnet had no free address",
              "EC2 had addresses when ipamD asked",
              "All addresses of the subnet are in use: by pods, warm pools of other nodes, load"
                  + " balancers"),
          new Ec2Errors(
              Cause.NO_PREFIX_IN_SUBNET,
              spec(
                      "ec2-no-prefixes",
                      "`InsufficientCidrBlocks`",
                      FAILS + WARNS,
                      "Reserve a block for prefixes: aws ec2 create-subnet-cidr-reservation"
                          + " --reservation-type prefix --subnet-id <subnet> --cidr <block>; or use"
                          + " a new subnet for them")
                  .see(Pages.PREFIXES),
              true,
              "The subnet had no free /28",
              "EC2 had prefixes when ipamD asked",
              "Single addresses are scattered over the subnet: some are free, but not 16 in a row"),
          new Ec2Errors(
              Cause.EC2_THROTTLES,
              spec(
                      "ec2-throttled",
                      "codes of throttling, and the number of all requests",
                      WARNS,
                      "Reduce the calls: raise WARM_IP_TARGET or unset it, add nodes more slowly,"
                          + " find other callers in CloudTrail. Or request a higher limit for the"
                          + " account")
                  .see(Pages.THROTTLING),
              false,
              "EC2 throttled ipamD",
              "EC2 did not throttle ipamD",
              "The account makes more calls than its limit allows: many nodes at once, a small"
                  + " WARM_IP_TARGET with short-lived pods, or another caller"),
          new Ec2Errors(
              Cause.ENI_LIMIT,
              spec(
                  "ec2-eni-limit",
                  "`PrivateIpAddressLimitExceeded`",
                  WARNS,
                  "ipamD corrects this automatically. If the count rises, find what else assigns"
                      + " addresses to the node's ENIs, or restart ipamD: "
                      + Commands.RESTART_AWS_NODE),
              false,
              "ipamD requested more addresses than an ENI can hold",
              "ipamD respects the limits of its ENIs",
              "ipamD's list of the ENI's addresses differed from EC2's"));

  static List<Check> checks() {
    return ROWS.stream().map(row -> row.spec.check(row::finding)).toList();
  }

  /** One series for each code, so that the evidence can name the code. */
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
        + (requests > 0 ? "; %.0f requests in total".formatted(requests) : "");
  }
}
