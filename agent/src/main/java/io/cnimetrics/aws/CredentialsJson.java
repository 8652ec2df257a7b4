package io.cnimetrics.aws;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.cnimetrics.aws.CredentialsSource.Fetched;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/** Reads credentials from JSON. EKS Pod Identity and instance metadata use the same JSON. */
final class CredentialsJson {
  private static final JsonFactory JSON = new JsonFactory();

  private CredentialsJson() {}

  /**
   * Reads credentials.
   *
   * @param answered the start of error messages, which names the source. Messages quote no part of
   *     the body except an error code and its message
   * @throws CredentialsException if the answer contains no credentials
   */
  static Fetched parse(String body, String answered) {
    Map<String, String> members = members(body);
    String code = members.getOrDefault("Code", "Success");
    if (!code.equals("Success")) {
      throw CredentialsException.refusal(
          "%s with %s: %s"
              .formatted(
                  answered, Redacted.of(code), Redacted.of(members.getOrDefault("Message", ""))),
          "check the role and its trust policy");
    }
    try {
      return new Fetched(
          AwsSessionCredentials.create(
              required(members, "AccessKeyId"),
              required(members, "SecretAccessKey"),
              required(members, "Token")),
          Optional.ofNullable(members.get("Expiration")).map(Instant::parse));
    } catch (DateTimeException | IllegalArgumentException e) {
      throw CredentialsException.outage(
          answered + " with no credentials (length " + body.length() + ")",
          "another program may use this address; this process tries again");
    }
  }

  private static String required(Map<String, String> members, String name) {
    String value = members.getOrDefault(name, "");
    if (value.isBlank()) {
      throw new IllegalArgumentException(name);
    }
    return value;
  }

  /** The texts of the outermost object. Empty if the body is not JSON. */
  private static Map<String, String> members(String body) {
    Map<String, String> members = new HashMap<>();
    try (JsonParser json = JSON.createParser(body)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return Map.of();
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        if (json.nextToken() == JsonToken.VALUE_STRING) {
          members.put(name, json.getText());
        } else {
          json.skipChildren();
        }
      }
      return members;
    } catch (IOException e) {
      return Map.of();
    }
  }
}
