package io.cnimetrics.doctor;

import io.cnimetrics.catalog.Cause;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.Series;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What EC2 has answered ipamD instead of doing what it asked: a row for each kind of refusal. */
enum Ec2Refusals implements Check {
  DENIED(
      CheckSpec.of(
              "ec2-denied",
              "`awscni_aws_api_error_count` by codes of missing rights",
              Fires.AND_STOPS_PODS,
              "Give aws-node's role its policy: aws iam attach-role-policy --role-name <the role of"
                  + " aws-node> --policy-arn arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"
                  + " (arn:aws-cn: in China, arn:aws-us-gov: in GovCloud)")
          .see(Pages.ROLE),
      Cause.EC2_DENIES.ec2Codes(),
      true,
      "EC2 denies calls of ipamD",
      "EC2 denied ipamD what it needs",
      "EC2 denies ipamD nothing",
      "The role of aws-node (or, without one, of the node) lacks AmazonEKS_CNI_Policy, or a policy"
          + " of the organisation forbids it"),
  NO_ADDRESSES(
      CheckSpec.of(
              "ec2-no-addresses",
              "`awscni_aws_api_error_count` by `InsufficientFreeAddressesInSubnet`",
              Fires.AND_STOPS_PODS,
              "See what is left: aws ec2 describe-subnets --query"
                  + " 'Subnets[].[SubnetId,AvailableIpAddressCount]'; free addresses, or add"
                  + " subnets (tag kubernetes.io/role/cni=1), or a secondary CIDR with custom"
                  + " networking")
          .see(Pages.ADDRESS_USE),
      Cause.NO_ADDRESS_IN_SUBNET.ec2Codes(),
      true,
      "The subnet has no free address",
      "The subnet had no free address",
      "EC2 had addresses when ipamD asked",
      "All addresses of the subnet are taken: by pods, warm pools of other nodes, load balancers"),
  NO_PREFIXES(
      CheckSpec.of(
              "ec2-no-prefixes",
              "`awscni_aws_api_error_count` by `InsufficientCidrBlocks`",
              Fires.AND_STOPS_PODS,
              "Reserve room for prefixes: aws ec2 create-subnet-cidr-reservation --reservation-type"
                  + " prefix --subnet-id <subnet> --cidr <block>; or use a new subnet for them")
          .see(Pages.PREFIXES),
      Cause.NO_PREFIX_IN_SUBNET.ec2Codes(),
      true,
      "The subnet has no free /28",
      "The subnet had no free /28",
      "EC2 had prefixes when ipamD asked",
      "Single addresses are scattered over the subnet: there are free ones, but no 16 in a row"),
  THROTTLED(
      CheckSpec.of(
              "ec2-throttled",
              "`awscni_aws_api_error_count` by codes of throttling, against all requests",
              Fires.ONLY,
              "Ask less: raise WARM_IP_TARGET or unset it, add nodes more slowly, find other"
                  + " callers in CloudTrail; or have the account's limit raised")
          .see(Pages.THROTTLING),
      Cause.EC2_THROTTLES.ec2Codes(),
      false,
      "EC2 throttles ipamD",
      "EC2 throttled ipamD",
      "EC2 does not throttle ipamD",
      "More calls than the account's limit: many nodes at once, a small WARM_IP_TARGET with busy"
          + " pods, or another caller"),
  ENI_LIMIT(
      CheckSpec.of(
          "ec2-eni-limit",
          "`awscni_aws_api_error_count` by `PrivateIpAddressLimitExceeded`",
          Fires.ONLY,
          "ipamD corrects this automatically; if it rises, see who else assigns addresses to the node's"
              + " ENIs, or restart it: "
              + AwsNode.RESTART),
      Cause.ENI_LIMIT.ec2Codes(),
      false,
      "ipamD asked for more than an ENI can hold",
      "ipamD asked for more than an ENI can hold",
      "ipamD knows what its ENIs hold",
      "Its list of the ENI's addresses was not what EC2 has");

  /** When a refusal is a finding; pods can do without some of what is refused. */
  private static final class Fires {
    static final String ONLY = "warn: over 0 since ipamD started";
    static final String AND_STOPS_PODS =
        "fail: it rises while watched, or the pool is empty; " + ONLY;
  }

  private static final String API_ERRORS = MetricCatalog.AWS_API_ERR.onlySeries().name();
  private static final Series REQUESTS = MetricCatalog.EC2_API_REQ_COUNT.onlySeries();

  private final CheckSpec spec;
  private final Set<String> codes;
  private final boolean stopsPods;
  private final String now;
  private final String before;
  private final String well;
  private final String cause;

  /**
   * @param stopsPods whether pods go without an address for it
   * @param now its title while it goes on
   * @param before its title if it was so at some time since ipamD started
   * @param well what is so if it never was
   */
  Ec2Refusals(
      CheckSpec spec,
      Set<String> codes,
      boolean stopsPods,
      String now,
      String before,
      String well,
      String cause) {
    this.spec = spec;
    this.codes = codes;
    this.stopsPods = stopsPods;
    this.now = now;
    this.before = before;
    this.well = well;
    this.cause = cause;
  }

  @Override
  public CheckSpec spec() {
    return spec;
  }

  @Override
  public Set<Requirement> requirements() {
    return Set.of(Requirement.METRICS);
  }

  /** A series for each code, so that the evidence can name it. */
  static Stream<Series> series() {
    return Stream.of(values()).flatMap(kind -> kind.codes.stream()).map(Ec2Refusals::series);
  }

  private static Series series(String code) {
    return Series.of(API_ERRORS, "error", Set.of(code));
  }

  @Override
  public List<Finding> run(NodeEvidence node) {
    double total = codes.stream().mapToDouble(code -> node.total(series(code))).sum();
    double rise = codes.stream().mapToDouble(code -> node.rise(series(code))).sum();
    if (total == 0) {
      return List.of(spec.ok(well, "0 such answers"));
    }
    String evidence = evidence(node, rise);
    boolean goesOn = rise > 0 || (stopsPods && WarmPool.isEmptyWithRoom(node.last()));
    String title = goesOn ? now : before;
    return List.of(
        goesOn && stopsPods
            ? spec.fail(title, evidence, cause)
            : spec.warn(title, evidence, cause));
  }

  private String evidence(NodeEvidence node, double rise) {
    String byCode =
        codes.stream()
            .filter(code -> node.total(series(code)) > 0)
            .sorted(Comparator.comparing((String code) -> -node.total(series(code))))
            .map(code -> String.format(Locale.ROOT, "%s %.0f", code, node.total(series(code))))
            .collect(Collectors.joining(", "));
    String meanwhile = node.showsTrend() ? ", %.0f of them meanwhile".formatted(rise) : "";
    double requests = node.total(REQUESTS);
    String share = requests > 0 ? "; %.0f requests in all".formatted(requests) : "";
    return byCode + " since ipamD started" + meanwhile + share;
  }
}
