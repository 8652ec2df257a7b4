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
 * CloudWatch and EC2 as a separate process: moto 5.2 with a layer that reads and writes the SDK's
 * CBOR.
 *
 * <p>The same as in CloudWatch: every datum of a minute counts, from any number of publishers; a
 * datum at the start of a period belongs to it, one at its end to the next; regions are separate;
 * requests may be gzipped; a NaN fails the whole request; ListMetrics has pages.
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
 *       namespaces. So each test uses its own cluster name, which also separates tests that share
 *       an emulator.
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
   * The emulator that the tests of this JVM share. The first call starts it; it ends with the JVM.
   * Call it from a test or its set-up: without Python that test is skipped or, if the environment
   * variable CI is set, fails.
   */
  public static CloudWatchEmulator shared() {
    // Here, because a class initializer must not throw the exception of a skipped test.
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

  /** Environment variables of an agent that publishes here. */
  public Map<String, String> environment() {
    return environment(endpoint());
  }

  /** The same with another endpoint of CloudWatch, such as a {@link Gate}. */
  public Map<String, String> environment(URI cloudWatchEndpoint) {
    return Map.of(
        "AWS_ENDPOINT_URL_CLOUDWATCH", cloudWatchEndpoint.toString(),
        "AWS_ENDPOINT_URL_EC2", endpoint().toString(),
        "AWS_REGION", AwsClients.REGION.id(),
        "AWS_ACCESS_KEY_ID", AwsClients.CREDENTIALS.accessKeyId(),
        "AWS_SECRET_ACCESS_KEY", AwsClients.CREDENTIALS.secretAccessKey());
  }

  /** A client of CloudWatch here, for calls that the methods below do not make. */
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
   * @param dimensions all dimensions of the series
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
