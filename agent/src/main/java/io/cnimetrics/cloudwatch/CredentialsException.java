package io.cnimetrics.cloudwatch;

import io.cnimetrics.aws.RootCause;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.SdkSystemSetting;

/** The credentials chain found no credentials. */
final class CredentialsException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** The SDK's message starts with this text if a service such as STS cannot be reached. */
  private static final String UNREACHABLE = "Unable to execute HTTP request";

  private final String words;

  private CredentialsException(String source, String words, RuntimeException cause) {
    super(source + ": " + words, cause);
    this.words = words;
  }

  /**
   * Selects the message of the source that is set up for this pod, because the chain's message
   * quotes all six sources.
   */
  static CredentialsException of(RuntimeException cause) {
    if (isSet(SdkSystemSetting.AWS_WEB_IDENTITY_TOKEN_FILE)) {
      return of("IRSA", "WebIdentityTokenFileCredentialsProvider", cause);
    }
    if (isSet(SdkSystemSetting.AWS_CONTAINER_CREDENTIALS_FULL_URI)) {
      return of("EKS Pod Identity", "ContainerCredentialsProvider", cause);
    }
    return of(
        "this pod has no IRSA and no EKS Pod Identity, so the agent uses the instance's role",
        "InstanceProfileCredentialsProvider",
        cause);
  }

  /** Whether the cause is an outage. If false, permissions or settings are missing. */
  boolean isPassing() {
    return words.startsWith(UNREACHABLE);
  }

  private static boolean isSet(SdkSystemSetting setting) {
    return setting.getStringValue().isPresent();
  }

  private static CredentialsException of(String source, String provider, RuntimeException cause) {
    String all = new RootCause(cause).message();
    Matcher words =
        Pattern.compile(provider + "\\(\\): (.*?)(?:, \\w+Provider\\(|\\]$)", Pattern.DOTALL)
            .matcher(all);
    return new CredentialsException(source, words.find() ? words.group(1) : all, cause);
  }
}
