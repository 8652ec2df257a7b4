package io.cnimetrics.ipamd;

import static io.cnimetrics.ipamd.PoolRequest.gzip;
import static io.cnimetrics.ipamd.PoolRequest.gzipped;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.testing.OwnJvm;
import io.cnimetrics.testing.RawServer;
import io.cnimetrics.testing.RawServer.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A process with the small heap of the image reads endless answers of many forms. */
@Timeout(120)
class LargeBodiesTest {
  private static final long BODY_BYTES = 200_000_000;
  private static final String ENI =
      "'IsPrimary':true,'DeviceNumber':0,'SubnetID':'subnet-1','IPv4Addresses':{}}";

  private final Map<String, Form> forms = new LinkedHashMap<>();

  @Test
  void memoryDoesNotGrowWithTheJson() throws Exception {
    form("white-space", "{'ENIs':{", i -> " \n\t\r".repeat(1000), "}}");
    form("long-string", "{'ENIs':{},'x':'", i -> "y".repeat(4000), "'}");
    form("long-subnet", "{'ENIs':{'e':{'SubnetID':'", i -> "y".repeat(4000), "'}}}");
    form("long-name", "{'ENIs':{},'", i -> "y".repeat(4000), "':1}");
    form("long-number", "{'TotalIPs':1", i -> "0".repeat(4000), "}");
    form("many-enis", "{'ENIs':{'e':{" + ENI, i -> ",'eni-" + i + "':{" + ENI, "}}");
    form(
        "many-cards",
        "{'9999':{'ENIs':{}}",
        i -> ",'%d':{'ENIs':{'eni-%d':{%s}}".formatted(i % 9999, i, ENI),
        "}");
    form(
        "many-addresses",
        "{'ENIs':{'e':{'IsPrimary':true,'DeviceNumber':0,'IPv4Addresses':{'a':{'Assigned':true}",
        i -> ",'10.%d.%d.1':{'Assigned':true}".formatted(i >> 12, i & 4095),
        "}}}}");
    form("many-fields", "{'x':{'y':0", i -> ",'" + "n".repeat(100) + i + "':0", "},'ENIs':{}}");
    form("many-fields-of-an-eni", "{'ENIs':{'e':{'x':0", i -> ",'n" + i + "':0", "}}}");
    form(
        "long-names-of-addresses",
        "{'ENIs':{'e':{'IsPrimary':true,'DeviceNumber':0,'IPv4Addresses':{'a':{'Assigned':true}",
        i -> ",'%060d':{'Assigned':true}".formatted(i),
        "}}}}");
    form(
        "enis-with-long-names",
        "{'ENIs':{'e':{" + ENI,
        i -> ",'%01000d':{%s".formatted(i, ENI.replace("subnet-1", "s".repeat(500))),
        "}}");
    form("names-at-each-depth", "{'1':", i -> names(i), "");
    form("arrays", "{'x':[0", i -> ",[[[[[[[[[[[[[[[[[[[[{}]]]]]]]]]]]]]]]]]]]]", "],'ENIs':{}}");
    form("deep-arrays", "{'x':", i -> "[".repeat(4000), "");

    assertThat(reasonsInTheHeapOfTheImage("")).containsOnly("TOO_LARGE").hasSize(forms.size());
  }

  @Test
  void memoryDoesNotGrowWithTheText() throws Exception {
    form("series", "", i -> "awscni_aws_api_error_count{api=\"a" + i + "\",error=\"e\"} 1\n", "");
    form("names", "", i -> "awscni_x" + i + " 1\n", "");
    form("label", "awscni_ipamd_error_count{fn=\"", i -> "y".repeat(4000), "\"} 1\n");
    form("labels", "awscni_ipamd_error_count{", i -> "l" + i + "=\"x\",", "} 1\n");
    form("comment", "awscni_x 1\n# ", i -> "y".repeat(4000), "\n");
    form("no-lines", "", i -> "awscni_".repeat(1000), "");
    form("garbage", "awscni_x 1\n", i -> "}{\n".repeat(1000), "");

    assertThat(reasonsInTheHeapOfTheImage("metrics/"))
        .containsOnly("TOO_LARGE")
        .hasSize(forms.size());
  }

  @Test
  void hundredThousandSeriesAreAddedUp() throws Exception {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 100_000; i++) {
      text.append("awscni_ipamd_error_count{fn=\"request-id ").append(i).append("\"} 1\n");
    }
    byte[] body = gzip(text.toString());
    try (RawServer server = new RawServer(request -> gzipped(request, body))) {
      assertThat(resultsInTheHeapOfTheImage(List.of(server.address() + "/metrics/series")))
          .containsExactly("series OptionalDouble[100000.0]");
    }
  }

  @Test
  void compressedBodyThatGrowsBeyondTheBoundIsTooLarge() throws Exception {
    byte[] bomb = gzip("{\"ENIs\":{}" + " ".repeat(70_000_000) + "}");
    assertThat(bomb).hasSizeLessThan(100_000);
    try (RawServer server = new RawServer(request -> gzipped(request, bomb))) {
      assertThat(
              resultsInTheHeapOfTheImage(
                  List.of(server.address() + "/bomb", server.address() + "/metrics/bomb")))
          .containsExactly("bomb TOO_LARGE", "bomb TOO_LARGE");
    }
  }

  /** Introspection and the metrics text have different readers. Each form is sent to both. */
  @Test
  void memoryDoesNotGrowWithBytesBesideTheBody() throws Exception {
    String chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    String gzip = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\u001f\u008b\b";
    Map<String, Answer> endless = new LinkedHashMap<>();
    endless.put("status-line", endless("HTTP/1.1 200 ", "y"));
    endless.put("header", endless("HTTP/1.1 200 OK\r\nx: ", "y"));
    endless.put("headers", endless("HTTP/1.1 200 OK\r\n", "x:\r\n"));
    endless.put("interim-answers", endless("", "HTTP/1.1 102 P\r\n\r\n"));
    endless.put("chunk-extension", endless(chunked + "1;", "y"));
    endless.put("later-chunk-extension", endless(chunked + "1\r\n \r\n1;", "y"));
    endless.put("chunk-size", endless(chunked, "0"));
    endless.put("trailer", endless(chunked + "2\r\n{}\r\n0\r\nx: ", "y"));
    endless.put("trailers", endless(chunked + "2\r\n{}\r\n0\r\n", "x:\r\n"));
    endless.put("gzip-name", endless(gzip + "\b\0\0\0\0\0\0", "y"));
    endless.put("empty-gzip-blocks", endless(gzip + "\0\0\0\0\0\0\0", "\0\0\0\u00ff\u00ff"));
    endless.put("refused", endless(chunked.replace("200", "500") + "1;", "y"));
    try (RawServer server =
        new RawServer(
            request -> {
              String path = request.path();
              requireNonNull(endless.get(path.substring(path.lastIndexOf('/') + 1))).to(request);
            })) {
      List<String> addresses = new ArrayList<>();
      for (String form : endless.keySet()) {
        addresses.add(server.address() + "/" + form);
        addresses.add(server.address() + "/metrics/" + form);
      }
      assertThat(resultsInTheHeapOfTheImage(addresses))
          .hasSize(2 * endless.size())
          .allMatch(
              result ->
                  result.matches(
                      "(?:status-line|headers?|interim-answers) MALFORMED"
                          + "|(?:.*chunk.*|trailers?|.*gzip.*) TOO_LARGE"
                          + "|refused BAD_STATUS"));
    }
  }

  /** Nested objects of the pool, each with many names. */
  private static String names(int part) {
    List<String> inside =
        List.of(
            "'ENIs':{",
            "'e':{",
            "'AvailableIPv4Cidrs':{",
            "'10.0.0.0/16':{",
            "'IPAddresses':{",
            "'a':{");
    StringBuilder fields = new StringBuilder(part == 0 ? "{" : "");
    for (int i = 0; i < 4_000; i++) {
      fields.append("'").append(part).append("x".repeat(60)).append(i).append("':0,");
    }
    return fields.append(part < inside.size() ? inside.get(part) : "").toString();
  }

  private static Answer endless(String start, String part) {
    return request -> PoolRequest.repeat(request, start, part);
  }

  private void form(String name, String start, IntFunction<String> part, String end) {
    forms.put(name, new Form(start, part, end));
  }

  private List<String> reasonsInTheHeapOfTheImage(String path) throws Exception {
    try (RawServer server =
        new RawServer(
            request -> {
              String asked = request.path();
              requireNonNull(forms.get(asked.substring(asked.lastIndexOf('/') + 1))).send(request);
            })) {
      List<String> addresses = new ArrayList<>();
      for (String name : forms.keySet()) {
        addresses.add(server.address() + "/" + path + name);
      }
      List<String> reasons = new ArrayList<>();
      for (String result : resultsInTheHeapOfTheImage(addresses)) {
        reasons.add(result.substring(result.indexOf(' ') + 1));
      }
      return reasons;
    }
  }

  private static List<String> resultsInTheHeapOfTheImage(List<String> addresses) throws Exception {
    return OwnJvm.lines(
        OwnJvm.of(OwnJvm.ofTheImage("-Xmx12m"), ReadInLittleMemory.class, addresses));
  }

  /** A body that is created while it is sent. */
  private record Form(String start, IntFunction<String> part, String end) {
    void send(RawServer.Request request) throws IOException {
      request.ok(bytes(start));
      long sent = 0;
      for (int i = 0; sent < BODY_BYTES; ) {
        StringBuilder block = new StringBuilder();
        while (block.length() < 64_000) {
          block.append(part.apply(i++));
        }
        request.send(bytes(block.toString()));
        sent += block.length();
      }
      request.send(bytes(end));
    }

    private static byte[] bytes(String text) {
      return text.replace('\'', '"').getBytes(ISO_8859_1);
    }
  }
}
