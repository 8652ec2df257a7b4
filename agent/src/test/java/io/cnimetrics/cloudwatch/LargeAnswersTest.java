package io.cnimetrics.cloudwatch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.testing.ClosedPort;
import io.cnimetrics.testing.OwnJvm;
import io.cnimetrics.testing.RawServer;
import io.cnimetrics.testing.RawServer.Answer;
import io.cnimetrics.testing.RawServer.Request;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A process with the heap of the image survives all answers of all services of AWS. */
@Timeout(240)
class LargeAnswersTest {
  /**
   * In the image the heap has 12 MB, and the agent uses 7 MB of it. Here the directories of the
   * libraries' jars use 5 MB more.
   */
  private static final String MOST_HEAP = "-Xmx17m";

  private static final String CHUNKED = "Transfer-Encoding: chunked\r\n\r\n";

  private final Map<String, Answer> answers = new LinkedHashMap<>();
  private volatile String chosen = "";

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "cloudwatch",
    "metadata",
    "tags",
    "subnets",
    "pod-identity",
    "sts",
    "instance-role",
  })
  void memoryDoesNotGrowWithAnswersOf(String peer) throws Exception {
    beside("400-", "HTTP/1.1 400 X\r\n");
    for (int status : new int[] {200, 400}) {
      bodies(status + "-", "HTTP/1.1 %d X\r\n".formatted(status), peer);
    }
    try (RawServer server = new RawServer(this::answer);
        ClosedPort closed = new ClosedPort()) {
      List<String> lines = linesOf(peer, server.address().toString(), closed.url().toString());
      assertThat(lines).hasSize(answers.size());
      assertThat(lines).noneMatch(line -> line.matches(".*(OutOfMemory|StackOverflow).*"));
    }
  }

  /** Adds answers with endless bytes outside the body. */
  private void beside(String name, String head) {
    answers.put(name + "status-line", Answer.endless("HTTP/1.1 200 ", "y"));
    answers.put(name + "header", Answer.endless(head + "x: ", "y"));
    answers.put(name + "headers", Answer.endless(head, "x:\r\n"));
    answers.put(name + "interim", Answer.endless("", "HTTP/1.1 102 P\r\n\r\n"));
    answers.put(name + "chunk-extension", Answer.endless(head + CHUNKED + "1;", "y"));
    answers.put(name + "chunk-size", Answer.endless(head + CHUNKED, "0"));
    answers.put(name + "trailer", Answer.endless(head + CHUNKED + "2\r\n{}\r\n0\r\nx: ", "y"));
    answers.put(name + "trailers", Answer.endless(head + CHUNKED + "2\r\n{}\r\n0\r\n", "x:\r\n"));
  }

  private void bodies(String name, String head, String peer) throws IOException {
    String open = head + "\r\n";
    String rows =
        switch (peer) {
          case "tags" -> "<DescribeTagsResponse><tagSet>";
          case "subnets" -> "<DescribeSubnetsResponse><subnetSet>";
          default -> "<Response><Errors>";
        };
    answers.put(name + "endless", Answer.endless(open, "y"));
    answers.put(name + "rows", Answer.endless(open + rows, "<item/>"));
    answers.put(name + "tags", Answer.endless(open + rows, "<a b='c'><d/></a>"));
    answers.put(name + "entities", Answer.endless(open + "<!DOCTYPE a [<!ENTITY b 'c", "y"));
    answers.put(name + "deep-xml", Answer.endless(open, "<a>"));
    answers.put(name + "deep-json", Answer.endless(open, "["));
    answers.put(name + "deep-objects", Answer.endless(open, "{\"a\":"));
    answers.put(name + "names", Answer.endless(open + "{\"a", "y"));
    answers.put(name + "elements", Answer.endless(open + "[{}", ",{}"));
    answers.put(name + "deep-cbor", Answer.endless(open, "\u009f"));
    answers.put(name + "cbor-elements", Answer.endless(open + "\u009f", "\u0080"));
    answers.put(name + "cbor-maps", Answer.endless(open + "\u009f", "\u00a0"));
    answers.put(name + "short-deep-json", whole(head, "[".repeat(1000) + "]".repeat(1000)));
    answers.put(name + "short-deep-cbor", whole(head, "\u0081".repeat(1000) + "\u0080"));
    answers.put(name + "2-MB", whole(head, "{\"Token\":\"" + "y".repeat(2_000_000) + "\"}"));
    answers.put(name + "gzip", whole(head + "Content-Encoding: gzip\r\n", gzip(60_000_000)));
  }

  private void answer(Request request) throws IOException, InterruptedException {
    String path = request.path();
    if (path.startsWith("/answer/")) {
      chosen = path.substring(path.lastIndexOf('/') + 1);
      request.ok(new byte[0]);
    } else {
      requireNonNull(answers.get(chosen)).to(request);
    }
  }

  private static Answer whole(String head, String body) {
    return request ->
        request.send("%sContent-Length: %d\r\n\r\n%s".formatted(head, body.length(), body));
  }

  private static String gzip(int zeros) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      for (int i = 0; i < zeros; i += 1_000_000) {
        gzip.write(new byte[1_000_000]);
      }
    }
    return bytes.toString(ISO_8859_1);
  }

  private List<String> linesOf(String peer, String address, String closed) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(peer, address));
    arguments.addAll(answers.keySet());
    ProcessBuilder builder =
        OwnJvm.of(OwnJvm.ofTheImage(MOST_HEAP), AskInLittleMemory.class, arguments);
    builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
    builder.environment().putAll(environment(peer, address, closed));
    return OwnJvm.lines(builder).stream().filter(line -> line.matches("[24]00-.*")).toList();
  }

  private Map<String, String> environment(String peer, String address, String closed)
      throws IOException {
    return switch (peer) {
      case "cloudwatch" ->
          Map.of(
              "AWS_ENDPOINT_URL_CLOUDWATCH", address,
              "AWS_ACCESS_KEY_ID", "key",
              "AWS_SECRET_ACCESS_KEY", "secret");
      case "pod-identity" ->
          Map.of(
              "AWS_ENDPOINT_URL_CLOUDWATCH",
              closed,
              "AWS_CONTAINER_CREDENTIALS_FULL_URI",
              address + "/v1/credentials");
      case "sts" ->
          Map.of(
              "AWS_ENDPOINT_URL_CLOUDWATCH",
              closed,
              "AWS_ENDPOINT_URL_STS",
              address,
              "AWS_ROLE_ARN",
              "arn:aws:iam::1:role/r",
              "AWS_WEB_IDENTITY_TOKEN_FILE",
              Files.writeString(directory.resolve("token"), "token").toString());
      case "instance-role" ->
          Map.of(
              "AWS_ENDPOINT_URL_CLOUDWATCH", closed,
              "AWS_EC2_METADATA_SERVICE_ENDPOINT", address);
      default -> Map.of();
    };
  }
}
