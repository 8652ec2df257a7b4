package io.cnimetrics.aws;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;

/**
 * IRSA: STS exchanges the token of the pod's service account for credentials of a role.
 *
 * @param region the region of STS if {@code AWS_REGION} is not set
 */
record WebIdentity(String region) implements CredentialsSource {
  /** Tokens of a service account have about 1 kB. */
  private static final int MOST_TOKEN_BYTES = 64 * 1024;

  private static final String SESSION = "cni-metrics-agent";
  private static final String STS_FAULT = "STS or a proxy has a fault; the agent tries again";

  @Override
  public String name() {
    return "IRSA";
  }

  @Override
  public Fetched fetch() {
    String token = token(SdkSystemSetting.AWS_WEB_IDENTITY_TOKEN_FILE, "IRSA");
    String role =
        SdkSystemSetting.AWS_ROLE_ARN
            .getStringValue()
            .orElseThrow(
                () ->
                    CredentialsException.refusal(
                        "IRSA: AWS_ROLE_ARN is not set",
                        "set the annotation eks.amazonaws.com/role-arn of the service account"));
    String session = SdkSystemSetting.AWS_ROLE_SESSION_NAME.getStringValue().orElse(SESSION);
    Transmission transmission = new Transmission();
    try (StsClient sts = client(transmission)) {
      software.amazon.awssdk.services.sts.model.Credentials found =
          sts.assumeRoleWithWebIdentity(
                  ask -> ask.roleArn(role).roleSessionName(session).webIdentityToken(token))
              .credentials();
      return new Fetched(
          AwsSessionCredentials.create(
              found.accessKeyId(), found.secretAccessKey(), found.sessionToken()),
          Optional.ofNullable(found.expiration()));
    } catch (AwsServiceException e) {
      throw answered(e, role, token);
    } catch (RuntimeException e) {
      throw transmission.ended
          ? CredentialsException.outage("IRSA: STS answered without usable credentials", STS_FAULT)
          : unanswered(e);
    }
  }

  private StsClient client(Transmission transmission) {
    String own = SdkSystemSetting.AWS_REGION.getStringValue().orElse(region);
    return StsClient.builder()
        .region(Region.of(own))
        .credentialsProvider(AnonymousCredentialsProvider.create())
        .httpClient(AwsHttp.client(CONNECT_TIMEOUT, READ_TIMEOUT))
        .overrideConfiguration(
            settings ->
                settings
                    .retryStrategy(AwsRetryStrategy.doNotRetry())
                    .addExecutionInterceptor(AwsEndpoint.STS.keepingPath())
                    .addExecutionInterceptor(transmission))
        .build();
  }

  private static CredentialsException answered(AwsServiceException e, String role, String token) {
    Optional<AwsErrorDetails> details = Optional.ofNullable(e.awsErrorDetails());
    String code = details.map(AwsErrorDetails::errorCode).orElse("");
    String words = details.map(AwsErrorDetails::errorMessage).orElse("");
    String shown = Redacted.of(code + ": " + words, List.of(token));
    String fact =
        "IRSA: STS answered with status %d%s"
            .formatted(e.statusCode(), code.isEmpty() ? "" : ", " + shown);
    if (code.startsWith("ExpiredToken")) {
      return CredentialsException.expiredToken(fact);
    }
    boolean fault = e.statusCode() >= 500 || e.isThrottlingException() || code.isEmpty();
    if (fault || code.startsWith("IDPCommunicationError")) {
      return CredentialsException.outage(fact, STS_FAULT);
    }
    return CredentialsException.refusal(fact, remedy(code, role));
  }

  private static String remedy(String code, String role) {
    if (code.startsWith("InvalidIdentityToken")) {
      return "create the IAM OIDC provider of this cluster in the account of " + role;
    }
    return code.startsWith("ValidationError")
        ? "check AWS_ROLE_ARN (%s), which is the service account's annotation".formatted(role)
        : "let the trust policy of %s allow sts:AssumeRoleWithWebIdentity for this cluster's OIDC"
                .formatted(role)
            + " provider and the agent's service account";
  }

  private static CredentialsException unanswered(RuntimeException e) {
    RootCause cause = RootCause.of(e);
    String fact = "IRSA: STS gave no answer: " + cause.message();
    return cause.isIo()
        ? CredentialsException.noAnswer(fact, cause.origin())
        : CredentialsException.refusal(
            fact, "check the SDK's settings, such as AWS_ENDPOINT_URL_STS");
  }

  /** Reads the token of the service account. The kubelet renews it before it expires. */
  static String token(SdkSystemSetting file, String source) {
    String path = file.getStringValue().orElseThrow();
    try {
      String token = text(Path.of(path)).strip();
      if (token.isEmpty()) {
        throw withoutToken(source, path, "is empty");
      }
      return token;
    } catch (NoSuchFileException e) {
      throw withoutToken(source, path, "does not exist");
    } catch (AccessDeniedException e) {
      throw withoutToken(source, path, "cannot be read: access denied");
    } catch (IOException | InvalidPathException e) {
      throw withoutToken(source, path, "cannot be read: " + e.getMessage());
    }
  }

  /** Reads a small file. The read of a named pipe could block for ever. */
  private static String text(Path file) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new IOException("it is not a regular file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] start = in.readNBytes(MOST_TOKEN_BYTES + 1);
      if (start.length > MOST_TOKEN_BYTES) {
        throw new IOException(
            String.format(Locale.ROOT, "it has more than %,d bytes", MOST_TOKEN_BYTES));
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(start)).toString();
    } catch (CharacterCodingException e) {
      throw new IOException("it is not text", e);
    }
  }

  private static CredentialsException withoutToken(String source, String path, String what) {
    return CredentialsException.outage(
        "%s: the token file %s %s".formatted(source, path, what),
        "the kubelet writes this file; the agent reads it again; if this persists, check the"
            + " projected volume of the pod and its permissions");
  }

  /** Records whether the head of STS's answer has arrived. */
  private static final class Transmission implements ExecutionInterceptor {
    private boolean ended;

    @Override
    public void afterTransmission(
        Context.AfterTransmission context, ExecutionAttributes attributes) {
      ended = true;
    }
  }
}
