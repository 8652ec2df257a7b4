package io.cnimetrics.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cnimetrics.aws.HttpCall.Limits;
import io.cnimetrics.testing.RawServer;
import io.cnimetrics.wire.ReceiveLimit;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;

@Timeout(30)
class HttpCallTest {
  @ParameterizedTest
  @CsvSource({"PT5S,true,PT5S", "PT5S,false,PT1S", "PT0.5S,false,PT0.5S", "PT0.5S,true,PT0.5S"})
  void deadAddressLeavesTimeForTheNextOne(Duration limit, boolean last, Duration expected) {
    assertThat(limits(limit, UnaryOperator.identity()).connect(last)).isEqualTo(expected);
  }

  @Test
  void connectionIsClosedAfterAnUnexpectedException() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    RawServer.Answer open =
        request -> {
          request.send("HTTP/1.1 200 OK\r\n\r\n");
          request.hang();
          closed.countDown();
        };
    try (RawServer server = new RawServer(open)) {
      HttpExecuteRequest request =
          HttpExecuteRequest.builder()
              .request(
                  SdkHttpRequest.builder().method(SdkHttpMethod.GET).uri(server.address()).build())
              .build();
      Limits failing =
          limits(
              Duration.ofSeconds(5),
              body -> {
                throw new IllegalStateException("planted");
              });
      HttpCall call = new HttpCall(request, Optional.empty(), failing);
      assertThatThrownBy(call::call).hasMessage("planted");
      assertThat(closed.await(5, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static Limits limits(Duration connect, UnaryOperator<InputStream> body) {
    return new Limits(
        connect,
        Duration.ofSeconds(5),
        () -> new ReceiveLimit(100_000, Duration.ofSeconds(30)),
        body);
  }
}
