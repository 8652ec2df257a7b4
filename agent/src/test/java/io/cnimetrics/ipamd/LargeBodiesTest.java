package io.cnimetrics.ipamd;

import static io.cnimetrics.ipamd.PoolRequest.gzip;
import static io.cnimetrics.ipamd.PoolRequest.gzipped;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.testing.RawServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A process reads 200 MB in many forms. Its heap is far smaller than the limit of a body. */
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
    form("arrays", "{'x':[0", i -> ",[[[[[[[[[[[[[[[[[[[[{}]]]]]]]]]]]]]]]]]]]]", "],'ENIs':{}}");
    form("deep-arrays", "{'x':", i -> "[".repeat(4000), "");

    assertThat(reasonsOn24Megabytes("")).containsOnly("TOO_LARGE").hasSize(forms.size());
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

    assertThat(reasonsOn24Megabytes("metrics/")).containsOnly("TOO_LARGE").hasSize(forms.size());
  }

  @Test
  void hundredThousandSeriesAreAddedUp() throws Exception {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 100_000; i++) {
      text.append("awscni_ipamd_error_count{fn=\"request-id ").append(i).append("\"} 1\n");
    }
    byte[] body = gzip(text.toString());
    try (RawServer server = new RawServer(request -> gzipped(request, body))) {
      assertThat(resultsOn24Megabytes(List.of(server.address() + "/metrics/series")))
          .containsExactly("series OptionalDouble[100000.0]");
    }
  }

  @Test
  void compressedBodyThatGrowsBeyondTheBoundIsTooLarge() throws Exception {
    byte[] bomb = gzip("{\"ENIs\":{}" + " ".repeat(70_000_000) + "}");
    assertThat(bomb).hasSizeLessThan(100_000);
    try (RawServer server = new RawServer(request -> gzipped(request, bomb))) {
      assertThat(
              resultsOn24Megabytes(
                  List.of(server.address() + "/bomb", server.address() + "/metrics/bomb")))
          .containsExactly("bomb TOO_LARGE", "bomb TOO_LARGE");
    }
  }

  private void form(String name, String start, IntFunction<String> part, String end) {
    forms.put(name, new Form(start, part, end));
  }

  private List<String> reasonsOn24Megabytes(String path) throws Exception {
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
      for (String result : resultsOn24Megabytes(addresses)) {
        reasons.add(result.substring(result.indexOf(' ') + 1));
      }
      return reasons;
    }
  }

  private static List<String> resultsOn24Megabytes(List<String> addresses) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                System.getProperty("java.home") + "/bin/java",
                "-Xmx24m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ReadInLittleMemory.class.getName()));
    command.addAll(addresses);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor()).as(printed).isZero();
      return printed.lines().toList();
    } finally {
      process.destroyForcibly();
    }
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
