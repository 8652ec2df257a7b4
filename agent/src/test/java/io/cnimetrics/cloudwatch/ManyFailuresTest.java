package io.cnimetrics.cloudwatch;

import static io.cnimetrics.cloudwatch.SinkFixture.put;
import static io.cnimetrics.cloudwatch.SinkFixture.sinkAt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.publish.MetricSink.PutResult.Status;
import io.cnimetrics.testing.RawServer.Answer;
import io.cnimetrics.testing.RawServer.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ManyFailuresTest {
  private static final Path OPEN_FILES = Path.of("/proc/self/fd");
  private static final List<Answer> FAILURES =
      List.of(
          request -> {},
          Request::reset,
          Request::hang,
          request -> request.send("HTTP/1.1 5"),
          request -> request.refuse(503, "", new byte[] {1, 2, 3}),
          request -> request.send("HTTP/1.1 400 No\r\nContent-Length: 99\r\n\r\ncut"),
          Answer.tricklingAfter("HTTP/1.1 500 No\r\nContent-Length: 99\r\n\r\n", "x"));

  @Test
  void failuresLeaveNeitherThreadsNorFiles() throws IOException {
    assumeTrue(Files.isDirectory(OPEN_FILES), "no " + OPEN_FILES);
    Answer[] scripts =
        Stream.generate(() -> FAILURES).flatMap(List::stream).limit(200).toArray(Answer[]::new);
    try (RawCloudWatch server = new RawCloudWatch(scripts);
        CloudWatchSink sink = sinkAt(server.url())) {
      for (int i = 0; i < 14; i++) {
        fail(sink);
      }
      long files = openFiles();
      for (int i = 14; i < 200; i++) {
        fail(sink);
      }
      assertThat(server.heads()).hasSizeGreaterThan(100);
      server.acceptAll();
      assertThat(put(sink, Duration.ofSeconds(10))).isEqualTo(PutResult.ACCEPTED);
      // Both ends of a connection are in this process.
      assertThat(openFiles() - files).isLessThan(10);
      assertThat(threads()).isLessThanOrEqualTo(3);
    }
  }

  private static void fail(CloudWatchSink sink) {
    assertThat(put(sink, Duration.ofMillis(50)).status()).isEqualTo(Status.RETRYABLE);
  }

  private static long openFiles() throws IOException {
    try (Stream<Path> files = Files.list(OPEN_FILES)) {
      return files.count();
    }
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("cloudwatch") || name.startsWith("sdk-"))
        .count();
  }
}
