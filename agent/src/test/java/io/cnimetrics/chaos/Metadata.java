package io.cnimetrics.chaos;

import com.sun.net.httpserver.HttpExchange;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;

/** Simulates instance metadata (IMDSv2) with a role. The role's keys contain a number. */
final class Metadata implements FaultyServer.Service {
  static final String KEY = "ASIACHAOS";
  static final String INSTANCE = "i-0123456789abcdef0";

  private static final String ROOT = "/latest/meta-data/";
  private static final String ROLES = ROOT + "iam/security-credentials/";
  private static final Duration VALID = Duration.ofMinutes(6);

  private static final Map<String, String> PAGES =
      Map.of(
          ROOT + "instance-type",
          "m5.xlarge",
          ROOT + "placement/region",
          "eu-west-1",
          ROOT + "instance-id",
          INSTANCE,
          ROOT + "placement/availability-zone",
          "eu-west-1a",
          ROLES,
          "node");

  private int keys = 1;

  /** Changes the keys of the role, and returns the number of the new keys. */
  synchronized int changeKeys() {
    return ++keys;
  }

  @Override
  public Reply answer(HttpExchange request, byte[] body, Optional<Kind> fault, boolean heard) {
    String path = request.getRequestURI().getPath();
    if (path.equals("/latest/api/token")) {
      request.getResponseHeaders().set("X-aws-ec2-metadata-token-ttl-seconds", "21600");
      return text(200, "token");
    } else if (path.equals(ROLES + "node")) {
      return text(200, credentials());
    }
    return Optional.ofNullable(PAGES.get(path))
        .or(() -> Optional.ofNullable(PAGES.get(path + "/")))
        .map(page -> text(200, page))
        .orElseGet(() -> text(404, ""));
  }

  @Override
  public Reply error(int status, String code) {
    return text(status, code);
  }

  private static Reply text(int status, String text) {
    return Reply.text(status, "text/plain", text);
  }

  private synchronized String credentials() {
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    return """
    {"Code": "Success", "LastUpdated": "%s", "Type": "AWS-HMAC", "AccessKeyId": "%s%d",
     "SecretAccessKey": "secret", "Token": "token", "Expiration": "%s"}
    """
        .formatted(now, KEY, keys, now.plus(VALID));
  }
}
