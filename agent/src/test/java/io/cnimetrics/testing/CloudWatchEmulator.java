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
 * An emulator of CloudWatch and EC2 in its own process: moto 5.2 with a layer that reads and writes
 * the SDK's CBOR.
 *
 * <p>The same as in CloudWatch: every datum of a minute counts, from any number of publishers; a
 * datum at the boundary of two periods belongs to the later one; regions are separate; requests can
 * be gzipped; a NaN fails the whole request; ListMetrics has pages.
 *
 * <p>Different from CloudWatch:
 *
 * <ul>
 *   <li>No percentiles: p90 is answered with status 500.
 *   <li>No limits: more than 1,000 datums, any time, infinity and 31 dimensions are accepted.
 *       Nothing is throttled, and rights are not checked.
 *   <li>Datums can be read immediately, and are kept as long as the process runs.
 *   <li>GetMetricData finds a series by name and dimensions, and ignores the namespace. {@link
 *       #series} checks that the namespace has the series, but adds up equal series of two
 *       namespaces. Therefore each test uses its own cluster name.
 *   <li>GetMetricData finds a series only with its dimensions in the order in which they were put.
 *       {@link #series} sorts them by name, as the agent does.
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
   * The emulator that the tests of this JVM share. The first call starts the emulator, and it ends
   * with the JVM. Call this method from a test or its set-up: without Python it skips the test or,
   * if the environment variable CI is set, fails it.
   */
  public static CloudWatchEmulator shared() {
    // This is not in a class initializer, which must not throw the exception that skips a test.
    PythonEnvironment.ofTheProject().require();
    return Shared.EMULATOR;
  }

  /** Starts an emulator without data. */
  public static CloudWatchEmulator start() {
    return new CloudWatchEmulator(EmulatorProcess.start());
  }

  /** The endpoint of CloudWatch and EC2. */
  public URI endpoint() {
    return process.endpoint();
  }

  /** Environment variables of an agent that publishes to this emulator. */
  public Map<String, String> environment() {
    return environment(endpoint());
  }

  /** The environment variables with another endpoint of CloudWatch, such as a {@link Gate}. */
  public Map<String, String> environment(URI cloudWatchEndpoint) {
    return Map.of(
        "AWS_ENDPOINT_URL_CLOUDWATCH", cloudWatchEndpoint.toString(),
        "AWS_ENDPOINT_URL_EC2", endpoint().toString(),
        "AWS_REGION", AwsClients.REGION.id(),
        "AWS_ACCESS_KEY_ID", AwsClients.CREDENTIALS.accessKeyId(),
        "AWS_SECRET_ACCESS_KEY", AwsClients.CREDENTIALS.secretAccessKey());
  }

  /** A client of the emulated CloudWatch, for calls that the methods below do not make. */
  public CloudWatchClient cloudWatch() {
    return cloudWatch;
  }

  /** A client of the emulated EC2. */
  public Ec2Client ec2() {
    return ec2;
  }

  /**
   * One statistic of one series.
   *
   * @param dimensions all dimensions of the series
   * @param from a multiple of the period since the epoch
   * @param to exclusive
   * @return values by the start of their period; a period without a datum has no entry
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
