package io.cnimetrics.aws;

import io.cnimetrics.deadline.BoundedCall;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.imds.Ec2MetadataClient;

/**
 * Reads the facts about this node's EC2 instance from instance metadata (IMDSv2).
 *
 * <p>A failure throws no exception. A reading returns all values that it read, and the problems.
 * The SDK's client ignores {@code AWS_EC2_METADATA_DISABLED}. Therefore this class checks the
 * variable.
 */
public final class InstanceMetadata {
  private static final String INTERFACES_REMEDY =
      "let the agent read instance metadata, or remove --subnets (REPORT_SUBNETS)";

  private static final String MACS = "/latest/meta-data/network/interfaces/macs/";

  /** This limit is higher than the number of interfaces of any instance type. */
  private static final int MOST_INTERFACES = 200;

  private static final Pattern MAC = Pattern.compile("[0-9a-fA-F:]{17}");
  private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(?:\\.[0-9]{1,3}){3}");
  private static final Pattern ID = Pattern.compile("(?:eni|subnet)-[0-9a-zA-Z]{1,40}");

  private final boolean disabled;
  private final UnaryOperator<Ec2MetadataClient.Builder> endpoint;

  private InstanceMetadata(boolean disabled, UnaryOperator<Ec2MetadataClient.Builder> endpoint) {
    this.disabled = disabled;
    this.endpoint = endpoint;
  }

  /**
   * The result of a reading.
   *
   * @param instance the values that were read, and only the tags that can name the cluster
   * @param problems in order of appearance, all with the source {@link Source#IMDS}; empty if
   *     nothing failed
   */
  public record Result(Instance instance, List<Problem> problems) {
    public Result {
      problems = List.copyOf(problems);
    }

    /**
     * Whether a request failed or was refused. Only then can another reading return more values.
     */
    public boolean isRetryable() {
      return problems.stream().anyMatch(problem -> problem.reason() != Reason.NOT_FOUND);
    }
  }

  /**
   * The instance's interfaces (ENIs).
   *
   * @param subnetIds the subnet id for each ENI id of the ENIs attached to the instance
   * @param problem the reason why nothing is known, with the source {@link Source#IMDS}
   */
  public record Interfaces(Map<String, String> subnetIds, Optional<Problem> problem) {
    public Interfaces {
      subnetIds = Map.copyOf(subnetIds);
    }
  }

  /**
   * Uses the SDK's settings: {@code AWS_EC2_METADATA_DISABLED}, {@code
   * AWS_EC2_METADATA_SERVICE_ENDPOINT}, {@code AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE}, the system
   * properties for these variables and, for the endpoint, the AWS configuration file.
   */
  public static InstanceMetadata fromEnvironment() {
    return new InstanceMetadata(isDisabled(), UnaryOperator.identity());
  }

  /** Whether the SDK's settings switch every use of instance metadata off. */
  static boolean isDisabled() {
    return SdkSystemSetting.AWS_EC2_METADATA_DISABLED
        .getStringValue()
        .filter("true"::equalsIgnoreCase)
        .isPresent();
  }

  /**
   * Uses a given endpoint.
   *
   * @param endpoint without a path, such as {@code http://169.254.169.254}
   */
  public static InstanceMetadata at(URI endpoint) {
    return new InstanceMetadata(false, builder -> builder.endpoint(endpoint));
  }

  /**
   * Reads type, region, id, zone and tags, in this order, with a new session token.
   *
   * <p>The time limit is 1 s for connecting and 1 s for each wait for bytes. A transient failure is
   * retried once. A failure of the service ends the reading; a missing value does not end the
   * reading. Blocks up to the limit. The daemon thread of the reading ends soon after the limit.
   *
   * @param limit the limit of the whole reading
   * @throws IllegalArgumentException if the limit is not positive
   */
  public Result read(Duration limit) {
    if (limit.isNegative() || limit.isZero()) {
      throw new IllegalArgumentException("a limit must be positive: " + limit);
    }
    if (disabled) {
      // Not a problem, because a user has disabled instance metadata.
      return new Result(Instance.UNKNOWN, List.of());
    }
    return new MetadataReading(endpoint).read(limit);
  }

  /**
   * Reads the subnets of all interfaces. If one request fails, the result contains no subnet but a
   * problem. Blocks up to the limit. The daemon thread of the reading ends soon after the limit.
   */
  public Interfaces interfaces(Duration limit) {
    try {
      return new Interfaces(read(limit, InstanceMetadata::subnetIds), Optional.empty());
    } catch (MetadataService.Failed e) {
      String fact = "the subnets of the node's ENIs are unknown: " + e.fact();
      Problem problem = new Problem(Source.IMDS, e.reason(), fact, INTERFACES_REMEDY);
      return new Interfaces(Map.of(), Optional.of(problem));
    }
  }

  /**
   * Reads the primary IPv4 address of each interface that has one. Blocks like {@link #interfaces}.
   *
   * @throws IllegalStateException if a request fails
   */
  public List<String> primaryAddresses(Duration limit) {
    try {
      return read(limit, InstanceMetadata::primaryAddresses);
    } catch (MetadataService.Failed e) {
      throw new IllegalStateException("the node's addresses are unknown: " + e.fact(), e);
    }
  }

  private <T> T read(Duration limit, Function<MetadataService, T> reading) {
    if (disabled) {
      throw new MetadataService.Failed(
          Reason.NOT_FOUND, "instance metadata is switched off (AWS_EC2_METADATA_DISABLED=true)");
    }
    MetadataService service = new MetadataService(endpoint);
    try {
      return BoundedCall.start(MetadataReading.THREAD, limit, () -> closing(service, reading))
          .result();
    } catch (TimeoutException e) {
      throw new MetadataService.Failed(Reason.TIMEOUT, String.valueOf(e.getMessage()));
    } finally {
      service.stop();
    }
  }

  private static <T> T closing(MetadataService service, Function<MetadataService, T> reading) {
    try (service) {
      return reading.apply(service);
    }
  }

  private static Map<String, String> subnetIds(MetadataService service) {
    Map<String, String> subnetIds = new HashMap<>();
    for (String mac : macs(service)) {
      subnetIds.put(id(service, mac + "/interface-id"), id(service, mac + "/subnet-id"));
    }
    return subnetIds;
  }

  /** EC2 lists the primary address first. An EFA-only interface has no address. */
  private static List<String> primaryAddresses(MetadataService service) {
    return macs(service).stream()
        .flatMap(mac -> service.get(MACS + mac + "/local-ipv4s").stream())
        .flatMap(addresses -> addresses.lines().map(String::strip).limit(1))
        .filter(IPV4.asMatchPredicate())
        .toList();
  }

  private static List<String> macs(MetadataService service) {
    return service
        .get(MACS)
        .orElse("")
        .lines()
        .map(line -> line.strip().replaceFirst("/$", ""))
        .filter(MAC.asMatchPredicate())
        .limit(MOST_INTERFACES)
        .toList();
  }

  private static String id(MetadataService service, String path) {
    String id = service.get(MACS + path).orElse("").strip();
    if (!ID.matcher(id).matches()) {
      throw service.unusable(id);
    }
    return id;
  }
}
