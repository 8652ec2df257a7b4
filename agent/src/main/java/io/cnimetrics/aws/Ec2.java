package io.cnimetrics.aws;

import io.cnimetrics.snapshot.Reason;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.Ec2ClientBuilder;

/**
 * The EC2 API, asked one question at a time.
 *
 * <p>Its client takes some 28 MB of memory once its classes are loaded. Only {@link Ec2Call} and
 * the questions use them, so that the first question loads them; who asks none spares them.
 */
final class Ec2 {
  private final UnaryOperator<Ec2ClientBuilder> endpoint;
  private final Supplier<AwsCredentials> credentials;

  private Ec2(UnaryOperator<Ec2ClientBuilder> endpoint, Supplier<AwsCredentials> credentials) {
    this.endpoint = endpoint;
    this.credentials = credentials;
  }

  /**
   * By the SDK's settings: {@code AWS_ENDPOINT_URL_EC2}, {@code AWS_USE_FIPS_ENDPOINT}, proxies and
   * so on, and credentials by its default chain.
   */
  static Ec2 fromEnvironment() {
    return new Ec2(UnaryOperator.identity(), Ec2Call::credentialsOfTheChain);
  }

  /** At a given endpoint, such as {@code http://127.0.0.1:8080}. */
  static Ec2 at(URI endpoint, AwsCredentials credentials) {
    return new Ec2(builder -> builder.endpointOverride(endpoint), () -> credentials);
  }

  /**
   * Asks once: whoever calls decides about trying again. Blocks up to the limit; its thread, a
   * daemon, ends soon after.
   *
   * @param limit how long all this may take, with finding credentials
   * @param failure what is said of whatever goes wrong
   * @throws Ec2Exception if there is no answer
   */
  <T> T ask(String region, Duration limit, Ec2Failure failure, Function<Ec2Client, T> question) {
    FutureTask<T> answer =
        new FutureTask<>(new Ec2Call<>(region, limit, endpoint, credentials, failure, question));
    Thread thread = new Thread(answer, "ec2");
    thread.setDaemon(true);
    thread.start();
    try {
      return answer.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw failure.because(Reason.TIMEOUT, "had no answer after " + limit.toMillis() + " ms");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure.because(Reason.TIMEOUT, "was interrupted");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Ec2Exception known) {
        throw known;
      }
      // Only errors of the machine itself come here.
      throw new IllegalStateException(e.getCause());
    } finally {
      answer.cancel(true);
    }
  }
}
