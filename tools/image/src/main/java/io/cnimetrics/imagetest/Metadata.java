package io.cnimetrics.imagetest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;

/** Answers like IMDSv2 of an instance with a role. The instance does not show its tags. */
final class Metadata implements HttpHandler {
  static final String INSTANCE_ID = "i-0123456789abcdef0";

  private static final String ROOT = "/latest/meta-data/";
  private static final String ROLE = "node";
  private static final String ROLES = ROOT + "iam/security-credentials";

  private static final Map<String, String> PAGES =
      Map.of(
          ROOT + "instance-type", "m5.xlarge",
          ROOT + "placement/region", "us-west-2",
          ROOT + "instance-id", INSTANCE_ID,
          ROOT + "placement/availability-zone", "us-west-2a");

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    if (path.equals("/latest/api/token")) {
      exchange.getResponseHeaders().set("X-aws-ec2-metadata-token-ttl-seconds", "21600");
      send(exchange, 200, "token");
    } else if (path.startsWith(ROLES)) {
      send(exchange, 200, path.endsWith("/" + ROLE) ? credentials() : ROLE);
    } else {
      String page = PAGES.get(path);
      send(exchange, page == null ? 404 : 200, page == null ? "" : page);
    }
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    Reply.send(exchange, status, "text/plain", text.getBytes(UTF_8));
  }

  /** Credentials with the length of a role's credentials. */
  private static String credentials() {
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    return """
        {"Code": "Success", "LastUpdated": "%s", "Type": "AWS-HMAC", "AccessKeyId": "%s",
         "SecretAccessKey": "%s", "Token": "%s", "Expiration": "%s"}
        """
        .formatted(
            now, "A".repeat(20), "S".repeat(40), "T".repeat(1_000), now.plus(Duration.ofHours(6)));
  }
}
