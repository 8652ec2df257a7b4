package io.cnimetrics.testing;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.cloudwatch.model.Statistic;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.InstanceType;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/**
 * CloudWatch and EC2 as a process beside the tests: moto 5.2 behind a layer that speaks the SDK's
 * CBOR.
 *
 * <p>As CloudWatch does: every datum counts, however many of a minute and whosever they are; a
 * datum at the start of a period belongs to it, one at its end to the next; each region is a world
 * of its own; requests may be gzipped; a NaN fails the whole request; ListMetrics pages.
 *
 * <p>Not as CloudWatch does:
 *
 * <ul>
 *   <li>No percentiles: p90 is answered with status 500.
 *   <li>No limits: more than 1,000 datums, times years away, infinity, 31 dimensions are all taken.
 *       Nothing is throttled, no right is checked.
 *   <li>Datums can be read at once, and stay as long as the process.
 *   <li>GetMetricData finds a series by name and dimensions, whatever its namespace. {@link
 *       #series} sees to it that the namespace has the series, but adds up equal series of two
 *       namespaces. So each test takes a cluster name of its own, which also keeps tests apart that
 *       share an emulator.
 *   <li>GetMetricData knows a series only by the order in which its dimensions were put. {@link
 *       #series} asks for them by name, as the agent puts them.
 *   <li>Periods count from the start of the query.
 * </ul>
 */
public final class CloudWatchEmulator implements AutoCloseable {
  /** A metric with its dimensions, which CloudWatch keeps as one series of a namespace. */
  public record Series(String metric, Map<String, String> dimensions) {}

  private final EmulatorProcess process;
  private final CloudWatchClient cloudWatch;
  private final Ec2Client ec2;
  private final MetricReader reader;

  private CloudWatchEmulator(EmulatorProcess process) {
    this.process = process;
    this.cloudWatch = AwsClients.cloudWatch(process.endpoint());
    this.ec2 = AwsClients.ec2(process.endpoint());
    this.reader = new MetricReader(cloudWatch);
  }

  /**
   * The one that the tests of this JVM share, started by the first that asks; it ends with the JVM.
   * To be called by a test or its set-up: without a Python that test is skipped or, where the
   * environment variable CI is set, fails.
   */
  public static CloudWatchEmulator shared() {
    // Here, because a class's initializer must not end as a skipped test does.
    PythonEnvironment.ofTheProject().require();
    return Shared.EMULATOR;
  }

  /** Starts one that knows of nothing yet. */
  public static CloudWatchEmulator start() {
    return new CloudWatchEmulator(EmulatorProcess.start());
  }

  /** Where CloudWatch and EC2 are. */
  public URI endpoint() {
    return process.endpoint();
  }

  /** What an agent's environment must hold to publish here. */
  public Map<String, String> environment() {
    return environment(endpoint());
  }

  /** The same with another way to CloudWatch, such as a {@link Gate}'s. */
  public Map<String, String> environment(URI cloudWatchEndpoint) {
    return Map.of(
        "AWS_ENDPOINT_URL_CLOUDWATCH", cloudWatchEndpoint.toString(),
        "AWS_ENDPOINT_URL_EC2", endpoint().toString(),
        "AWS_REGION", AwsClients.REGION.id(),
        "AWS_ACCESS_KEY_ID", AwsClients.CREDENTIALS.accessKeyId(),
        "AWS_SECRET_ACCESS_KEY", AwsClients.CREDENTIALS.secretAccessKey());
  }

  /** A client of CloudWatch here, for what the methods below do not do. */
  public CloudWatchClient cloudWatch() {
    return cloudWatch;
  }

  /** A client of EC2 here. */
  public Ec2Client ec2() {
    return ec2;
  }

  /**
   * One statistic of one series.
   *
   * @param dimensions all that the series has
   * @param from a multiple of the period since the epoch
   * @param to exclusive
   * @return values by the start of their period; none for a period without a datum
   */
  public SortedMap<Instant, Double> series(
      String namespace,
      String metric,
      Map<String, String> dimensions,
      Statistic statistic,
      Instant from,
      Instant to,
      Duration period) {
    return reader.series(namespace, new Series(metric, dimensions), statistic, from, to, period);
  }

  /** All series of a namespace. */
  public Set<Series> metrics(String namespace) {
    return reader.list(request -> request.namespace(namespace));
  }

  /** Runs an instance with these tags, and returns its id. */
  public String createInstance(Map<String, String> tags) {
    TagSpecification ofInstance =
        TagSpecification.builder()
            .resourceType(ResourceType.INSTANCE)
            .tags(
                tags.entrySet().stream()
                    .map(tag -> Tag.builder().key(tag.getKey()).value(tag.getValue()).build())
                    .toList())
            .build();
    return ec2.runInstances(
            request ->
                request
                    .imageId("ami-12345678")
                    .instanceType(InstanceType.M5_XLARGE)
                    .minCount(1)
                    .maxCount(1)
                    .tagSpecifications(ofInstance))
        .instances()
        .get(0)
        .instanceId();
  }

  @Override
  public void close() {
    cloudWatch.close();
    ec2.close();
    process.close();
  }

  private static final class Shared {
    static final CloudWatchEmulator EMULATOR = start();
  }
}
