package io.cnimetrics.ipamd;

import io.cnimetrics.snapshot.Series;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** A program with a small heap that reads the given URLs and prints the result of each. */
final class ReadInLittleMemory {
  /** A long limit, because the test is about memory and the machine may be slow. */
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private static final PrometheusReader PROMETHEUS =
      new PrometheusReader(
          List.of(
              Series.of("awscni_ipamd_error_count"),
              new Series("awscni_aws_api_error_count", "error", Set.of("UnauthorizedOperation"))));

  private ReadInLittleMemory() {}

  public static void main(String[] addresses) {
    for (String address : addresses) {
      IpamdHttp http = new IpamdHttp(URI.create(address));
      String result;
      try {
        result = address.contains("/metrics") ? metrics(http) : pool(http);
      } catch (IpamdException e) {
        result = e.reason().name();
      }
      System.out.println(address.substring(address.lastIndexOf('/') + 1) + " " + result);
    }
  }

  private static String metrics(IpamdHttp http) {
    return http.get("", LIMIT, PROMETHEUS::read)
        .total(Series.of("awscni_ipamd_error_count"))
        .toString();
  }

  private static String pool(IpamdHttp http) {
    return http.get(
            "", LIMIT, body -> IntrospectionDecoder.pool(body, Decoding.NOW, Decoding.COOLDOWN))
        .toString();
  }
}
