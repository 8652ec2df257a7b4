package io.cnimetrics.cloudwatch;

import static io.cnimetrics.cloudwatch.SinkFixture.KEY_ID;
import static io.cnimetrics.cloudwatch.SinkFixture.LIMIT;
import static io.cnimetrics.cloudwatch.SinkFixture.SECRET;
import static io.cnimetrics.cloudwatch.SinkFixture.TOKEN;
import static io.cnimetrics.cloudwatch.SinkFixture.putAt;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.cnimetrics.publish.MetricSink.PutResult;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** No message or log contains credentials, even if the service returns all headers of a request. */
@Timeout(30)
class SecretsTest {
  private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
  private final Logger ours = (Logger) LoggerFactory.getLogger("io.cnimetrics");
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

  @BeforeEach
  void listen() {
    ours.setLevel(Level.TRACE);
    logged.start();
    root.addAppender(logged);
  }

  @AfterEach
  void stopListening() {
    root.detachAppender(logged);
    ours.setLevel(null);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "AccessDenied",
        "ExpiredToken",
        "InvalidClientTokenId",
        "InvalidParameterValue",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "SomethingOfTomorrow",
        "Throttling"
      })
  void secretsAreNeverQuoted(String code) throws IOException {
    String all = "key %s secret %s token %s ".formatted(KEY_ID, SECRET, TOKEN);
    // The second message is cut in the middle of a secret.
    for (String words : new String[] {all, "x ".repeat(145) + all}) {
      try (RawCloudWatch server =
          new RawCloudWatch(request -> request.refuse(403, "", Cbor.error(code, words)))) {
        PutResult answer = putAt(server.url(), LIMIT);
        assertThat(answer.message()).contains(code).doesNotContain("planted");
      }
    }
    assertThat(logged.list).noneMatch(event -> event.getFormattedMessage().contains("planted"));
  }
}
