package io.cnimetrics.cloudwatch;

import static io.cnimetrics.cloudwatch.SinkFixture.CLOCK;
import static io.cnimetrics.cloudwatch.SinkFixture.KEY_ID;
import static io.cnimetrics.cloudwatch.SinkFixture.LIMIT;
import static io.cnimetrics.cloudwatch.SinkFixture.NAMESPACE;
import static io.cnimetrics.cloudwatch.SinkFixture.SECRET;
import static io.cnimetrics.cloudwatch.SinkFixture.datums;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cnimetrics.aws.Credentials;
import io.cnimetrics.aws.SettingsException;
import io.cnimetrics.testing.SystemProperties;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;

/** The URLs of requests. */
class EndpointTest {
  @AutoClose private final SystemProperties properties = new SystemProperties();
  private final List<String> asked = new ArrayList<>();

  @ParameterizedTest
  @CsvSource({
    "eu-west-1, https://monitoring.eu-west-1.amazonaws.com/",
    "cn-north-1, https://monitoring.cn-north-1.amazonaws.com.cn/",
    "us-gov-west-1, https://monitoring.us-gov-west-1.amazonaws.com/"
  })
  void regionGivesTheEndpointOfItsPartition(String region, String endpoint) {
    put(region);
    assertThat(asked).singleElement().asString().startsWith(endpoint);
  }

  @Test
  void fipsAndDualStackFollowTheSdksSettings() {
    properties.set(Map.of("aws.useFipsEndpoint", "true", "aws.useDualstackEndpoint", "true"));
    put("us-east-2");
    assertThat(asked)
        .singleElement()
        .asString()
        .startsWith("https://monitoring-fips.us-east-2.api.aws/");
  }

  @Test
  void invalidRegionIsReportedWhenOpening() {
    assertThatThrownBy(() -> CloudWatchSink.open("not a region", CLOCK))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("CloudWatch in not a region");
  }

  @Test
  void unusableSettingsAreReportedWhenOpening() {
    properties.set(Map.of("aws.endpointUrlCloudWatch", "::no url::"));
    assertThatThrownBy(() -> CloudWatchSink.open("eu-west-1", CLOCK))
        .isInstanceOf(SettingsException.class)
        .hasMessageContainingAll("eu-west-1", "AWS_ENDPOINT_URL_CLOUDWATCH");
  }

  @ParameterizedTest
  @ValueSource(strings = {"missing", "."})
  void trustStoreThatIsNoReadableFileIsReportedWhenOpening(String name, @TempDir Path directory) {
    String store = directory.resolve(name).toString();
    properties.set(Map.of("javax.net.ssl.trustStore", store));
    assertThatThrownBy(() -> CloudWatchSink.open("eu-west-1", CLOCK))
        .isInstanceOf(SettingsException.class)
        .hasMessageContainingAll(store, "not a readable file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1kB", "-1", "10485761", ""})
  void sizeOfCompressedRequestsMustBeANumber(String size) {
    properties.set(Map.of("aws.requestMinCompressionSizeBytes", size));
    assertThatThrownBy(() -> CloudWatchSink.open("eu-west-1", CLOCK))
        .isInstanceOf(SettingsException.class)
        .hasMessageContainingAll(
            "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES is '" + size + "'", "0 to 10485760");
  }

  @Test
  void peerWithoutTlsIsNoUntrustedPeer() throws IOException {
    try (ServerSocket peer = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      properties.set(
          Map.of(
              "aws.endpointUrlCloudWatch",
              "https://localhost:" + peer.getLocalPort(),
              "aws.accessKeyId",
              KEY_ID,
              "aws.secretAccessKey",
              SECRET));
      CompletableFuture<Void> answer = CompletableFuture.runAsync(() -> answerWithoutTls(peer));
      try (CloudWatchSink sink = CloudWatchSink.open("eu-west-1", CLOCK)) {
        assertThat(sink.put(NAMESPACE, datums(1), LIMIT).message())
            .contains("the peer does not use TLS", "AWS_ENDPOINT_URL_CLOUDWATCH");
      }
      answer.join();
    }
  }

  private static void answerWithoutTls(ServerSocket peer) {
    try (Socket client = peer.accept()) {
      client.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
      client.getInputStream().readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void put(String region) {
    try (CloudWatchSink sink =
        new CloudWatchSink(
            region,
            builder -> builder.httpClient(new Recording()),
            Credentials.of(AwsBasicCredentials.create(KEY_ID, SECRET)),
            CLOCK)) {
      assertThat(sink.put(NAMESPACE, datums(1), LIMIT).message()).contains("sends nothing");
    }
  }

  private final class Recording implements SdkHttpClient {
    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
      asked.add(request.httpRequest().getUri().toString());
      throw new IllegalStateException("sends nothing");
    }

    @Override
    public void close() {}
  }
}
