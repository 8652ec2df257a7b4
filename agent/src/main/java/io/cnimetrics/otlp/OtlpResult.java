package io.cnimetrics.otlp;

import io.cnimetrics.aws.CredentialsException;
import io.cnimetrics.aws.NetworkFault;
import io.cnimetrics.aws.ProxyException;
import io.cnimetrics.aws.Redacted;
import io.cnimetrics.aws.ResponseTimes;
import io.cnimetrics.aws.RootCause;
import io.cnimetrics.publish.MetricSink;
import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.publish.MetricSink.PutResult.Status;
import io.cnimetrics.wire.UrlSecrets;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import software.amazon.awssdk.http.HttpStatusCode;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * Converts the result of one request to a {@link PutResult}. The OTLP specification permits a retry
 * only for 429, 502, 503, 504 and lost connections, because a retry can double an increase. The
 * agent sends totals, which cannot double. Therefore the agent also retries after other faults.
 */
final class OtlpResult {
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int UNSUPPORTED_MEDIA_TYPE = 415;
  private static final int UNPROCESSABLE = 422;

  /** Matches Prometheus' messages about points that are too old. */
  private static final Pattern TOO_OLD =
      Pattern.compile("out of order|out of bounds|too old", Pattern.CASE_INSENSITIVE);

  private static final String TOO_OLD_REMEDY =
      "set storage.tsdb.out_of_order_time_window to 1d in Prometheus";

  private final String shown;
  private final boolean signed;
  private final Supplier<Collection<String>> secrets;
  private final InstantSource clock;

  /**
   * @param signed whether the request has a signature for AWS
   * @param secrets returns the texts that must not be in any message
   */
  OtlpResult(URI url, boolean signed, Supplier<Collection<String>> secrets, InstantSource clock) {
    this.shown = UrlSecrets.hiddenIn(url.toString());
    this.signed = signed;
    this.secrets = secrets;
    this.clock = clock;
  }

  PutResult of(SdkHttpResponse head, byte[] body) {
    if (head.isSuccessful()) {
      OtlpAnswer read = OtlpAnswer.ofSuccess(body);
      return read.rejected() == 0
          ? PutResult.ACCEPTED
          : PutResult.partlyAccepted(
              (int) Math.min(MetricSink.MOST_DATUMS, read.rejected()), quoted(read.message()));
    }
    String message = quoted(message(head, body));
    int status = head.statusCode();
    Status outcome = outcome(status, !message.isEmpty());
    boolean tooOld = outcome == Status.INVALID && TOO_OLD.matcher(message).find();
    boolean tooLarge = status == HttpStatusCode.REQUEST_TOO_LONG;
    return result(
        outcome,
        ResponseTimes.retryAfter(head, clock),
        tooOld ? PutResult.TOO_OLD : tooLarge ? PutResult.TOO_LARGE : "HTTP_" + status,
        "was answered with status " + status + (message.isEmpty() ? "" : ", " + message),
        tooOld ? TOO_OLD_REMEDY : remedy(status));
  }

  /** The message in the body. A body that is not protobuf is text or JSON. */
  private static String message(SdkHttpResponse head, byte[] body) {
    String type = head.firstMatchingHeader("Content-Type").orElse("");
    return type.contains("json") || type.startsWith("text/plain")
        ? new String(body, StandardCharsets.UTF_8)
        : OtlpAnswer.messageOfFailure(body);
  }

  PutResult unanswered(RootCause cause) {
    NetworkFault fault = NetworkFault.of(cause.origin());
    return result(
        fault == NetworkFault.PROXY_LOGIN ? Status.UNAUTHORIZED : Status.RETRYABLE,
        Optional.empty(),
        fault == NetworkFault.PROXY_LOGIN ? fault.name() : "NO_ANSWER",
        "failed: " + quoted(cause.message()),
        signed || cause.origin() instanceof ProxyException
            ? fault.remedy("CloudWatch", "monitoring")
            : "check --otlp-endpoint, the receiver, and the resolution of host names on the node");
  }

  PutResult withoutCredentials(CredentialsException e) {
    return result(
        e.isOutage() ? Status.RETRYABLE : Status.UNAUTHORIZED,
        Optional.empty(),
        "NO_CREDENTIALS",
        "has no credentials (" + quoted(String.valueOf(e.getMessage())) + ")",
        e.remedy());
  }

  PutResult late(Duration limit) {
    return result(
        Status.RETRYABLE,
        Optional.empty(),
        "NO_ANSWER",
        String.format(
            Locale.ROOT, "had no complete answer within %.1f s", limit.toMillis() / 1000.0),
        "check the route to the receiver");
  }

  /**
   * A receiver answers an invalid request with a message. A status 400 without a message can come
   * from a proxy. In this case the datums are kept for a retry.
   */
  private static Status outcome(int status, boolean hasMessage) {
    return switch (status) {
      case HttpStatusCode.BAD_REQUEST, UNPROCESSABLE ->
          hasMessage ? Status.INVALID : Status.RETRYABLE;
      case HttpStatusCode.REQUEST_TOO_LONG -> Status.INVALID;
      case HttpStatusCode.UNAUTHORIZED, HttpStatusCode.FORBIDDEN -> Status.UNAUTHORIZED;
      default -> Status.RETRYABLE;
    };
  }

  private String remedy(int status) {
    return switch (status) {
      case HttpStatusCode.UNAUTHORIZED, HttpStatusCode.FORBIDDEN ->
          signed
              ? "allow cloudwatch:PutMetricData for the agent's role, without a condition on"
                  + " cloudwatch:namespace, because an OTLP request has no namespace"
              : "check the headers in OTEL_EXPORTER_OTLP_METRICS_HEADERS";
      case HttpStatusCode.NOT_FOUND, METHOD_NOT_ALLOWED, UNSUPPORTED_MEDIA_TYPE ->
          "check --otlp-endpoint: the URL must be the receiver's URL for metrics in protobuf, which"
              + " usually ends with /v1/metrics";
      case HttpStatusCode.THROTTLING -> "the receiver throttles requests; the agent sends again";
      default -> "the agent sends again; if this error persists, check the receiver's log";
    };
  }

  private PutResult result(
      Status status, Optional<Duration> retryAfter, String code, String event, String remedy) {
    return new PutResult(
        status, retryAfter, code, "OTLP request to %s %s".formatted(shown, event), remedy);
  }

  /** A text of the receiver, without the secrets of the request. */
  private String quoted(String text) {
    return Redacted.of(text, secrets.get());
  }
}
