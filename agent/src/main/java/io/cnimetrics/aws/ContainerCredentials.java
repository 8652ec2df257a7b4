package io.cnimetrics.aws;

import io.cnimetrics.wire.UrlSecrets;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.http.HttpExecuteResponse;

/**
 * EKS Pod Identity and the container credentials of ECS: a server on the node exchanges the pod's
 * service account token for credentials. The SDK's own provider hides the server's error message.
 */
final class ContainerCredentials implements CredentialsSource {
  /** The servers on the node. Other hosts need https, because the answer contains secrets. */
  private static final Set<String> AGENTS =
      Set.of("169.254.170.2", "169.254.170.23", "[fd00:ec2::23]");

  private static final String NAME = "EKS Pod Identity";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Fetched fetch() {
    URI url = url();
    Map<String, String> headers = new HashMap<>(Map.of("Accept", "application/json"));
    Optional<String> token = token();
    token.ifPresent(sent -> headers.put("Authorization", sent));
    int status;
    String body;
    try {
      HttpExecuteResponse answer =
          AwsHttp.direct(CONNECT_TIMEOUT, READ_TIMEOUT).get(url, headers).call();
      status = answer.httpResponse().statusCode();
      try (InputStream in = answer.responseBody().orElseThrow()) {
        body = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
    } catch (IOException | RuntimeException e) {
      throw CredentialsException.outage(
          "%s: the agent at %s gave no answer: %s"
              .formatted(NAME, shown(url), RootCause.of(e).message()),
          "check the pod of eks-pod-identity-agent on this node; this process tries again");
    }
    String fact = "%s: the agent at %s answered".formatted(NAME, shown(url));
    if (status != 200) {
      throw refused(fact, status, body, token);
    }
    return CredentialsJson.parse(body, fact);
  }

  private static CredentialsException refused(
      String answered, int status, String body, Optional<String> token) {
    String words = Redacted.of(body, token.stream().toList());
    String fact = "%s with status %d: %s".formatted(answered, status, words);
    if (status >= 500 || status == 429 || status == 408) {
      return CredentialsException.outage(
          fact,
          "check the log of eks-pod-identity-agent on this node, and its route to the service"
              + " 'eks-auth'; this process tries again");
    }
    if (body.contains("ExpiredToken")) {
      return CredentialsException.expiredToken(fact);
    }
    return CredentialsException.refusal(
        fact,
        status == 404 || body.contains("ResourceNotFound")
            ? "create the association: aws eks create-pod-identity-association for the agent's"
                + " namespace and service account"
            : "check the association of the service account (aws eks"
                + " list-pod-identity-associations), and let the role's trust policy allow"
                + " sts:AssumeRole and sts:TagSession for pods.eks.amazonaws.com");
  }

  private static Optional<String> token() {
    return Credentials.isSet(SdkSystemSetting.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE)
        ? Optional.of(
            WebIdentity.token(SdkSystemSetting.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, NAME))
        : SdkSystemSetting.AWS_CONTAINER_AUTHORIZATION_TOKEN.getStringValue();
  }

  private static URI url() {
    String text =
        SdkSystemSetting.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI
            .getStringValue()
            .map(
                path ->
                    SdkSystemSetting.AWS_CONTAINER_SERVICE_ENDPOINT.getStringValueOrThrow() + path)
            .or(SdkSystemSetting.AWS_CONTAINER_CREDENTIALS_FULL_URI::getStringValue)
            .orElseThrow();
    try {
      URI url = URI.create(text);
      if ("https".equals(url.getScheme()) || ("http".equals(url.getScheme()) && isNear(url))) {
        return url;
      }
    } catch (IllegalArgumentException e) {
      // The exception below reports this value.
    }
    throw CredentialsException.refusal(
        "%s: AWS_CONTAINER_CREDENTIALS_FULL_URI is '%s'"
            .formatted(NAME, UrlSecrets.hiddenInValue(text)),
        "expected https://…, or http:// with a loopback address, 169.254.170.23 or"
            + " [fd00:ec2::23]");
  }

  private static boolean isNear(URI url) {
    String host = String.valueOf(url.getHost());
    try {
      return AGENTS.contains(host)
          || Stream.of(InetAddress.getAllByName(host)).allMatch(InetAddress::isLoopbackAddress);
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static String shown(URI url) {
    return UrlSecrets.hiddenIn(url.toString());
  }
}
