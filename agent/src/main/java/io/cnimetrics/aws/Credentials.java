package io.cnimetrics.aws;

import io.cnimetrics.aws.CredentialsSource.Fetched;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.SystemPropertyCredentialsProvider;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.profiles.Profile;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.profiles.ProfileFileSystemSetting;

/**
 * Credentials of the first source that is set up, in the order of the SDK's default chain: keys in
 * the environment, IRSA, a profile, EKS Pod Identity, the instance's role. If this source fails, no
 * other source is used. The SDK's chain would use the instance's role then, and would keep this
 * role after the source works again. CloudWatch would refuse this role.
 *
 * <p>Credentials are fetched again 10 minutes before they expire. If this fetch fails, the old
 * credentials are used until they expire.
 */
public final class Credentials implements AwsCredentialsProvider {
  private static final Duration RENEWAL = Duration.ofMinutes(10);

  /**
   * The most profiles in a chain of source profiles, because profiles can name each other in a
   * circle.
   */
  private static final int MOST_PROFILES = 10;

  private final Supplier<CredentialsSource> sources;
  private final InstantSource clock;
  private volatile CredentialsSource source;
  private volatile Optional<Fetched> held = Optional.empty();

  Credentials(Supplier<CredentialsSource> sources, InstantSource clock) {
    this.sources = sources;
    this.source = sources.get();
    this.clock = clock;
  }

  /** Uses given credentials, which do not expire. */
  public static Credentials of(AwsCredentials given) {
    return new Credentials(
        () -> new SdkSource("given credentials", () -> given), InstantSource.system());
  }

  /**
   * Selects the source by the SDK's settings. Makes no network call.
   *
   * @param region the region of STS if the SDK's settings contain no region
   */
  public static Credentials fromEnvironment(String region, InstantSource clock) {
    return new Credentials(() -> source(region), clock);
  }

  /**
   * {@inheritDoc}
   *
   * @throws CredentialsException if the source gives no credentials
   */
  @Override
  public synchronized AwsCredentials resolveCredentials() {
    Instant now = clock.instant();
    if (held.isEmpty() || isWithin(RENEWAL, now)) {
      try {
        held = Optional.of(source.fetch());
      } catch (CredentialsException e) {
        if (held.isEmpty() || isWithin(Duration.ZERO, now)) {
          throw e;
        }
      }
    }
    return held.orElseThrow().credentials();
  }

  /** Marks the credentials as expired, so that the next call fetches new credentials. */
  public synchronized void renew() {
    source = sources.get();
    held = held.map(keys -> new Fetched(keys.credentials(), Optional.of(Instant.EPOCH)));
  }

  /** The parts of the present credentials, which must not be in any message. Never blocks. */
  public List<String> secrets() {
    return held.map(Fetched::credentials).stream().flatMap(Fetched::parts).toList();
  }

  @Override
  public String toString() {
    return source.name();
  }

  private boolean isWithin(Duration time, Instant now) {
    return held.flatMap(Fetched::expires).filter(at -> !at.minus(time).isAfter(now)).isPresent();
  }

  private static CredentialsSource source(String region) {
    if (isSet(SdkSystemSetting.AWS_ACCESS_KEY_ID)) {
      return new SdkSource(
          "the keys of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
          AwsCredentialsProviderChain.of(
              SystemPropertyCredentialsProvider.create(),
              EnvironmentVariableCredentialsProvider.create()));
    }
    if (isSet(SdkSystemSetting.AWS_WEB_IDENTITY_TOKEN_FILE)) {
      return new WebIdentity(region);
    }
    String profile = ProfileFileSystemSetting.AWS_PROFILE.getStringValueOrThrow();
    ProfileFile file = ProfileFile.defaultProfileFile();
    if (file.profile(profile).filter(Credentials::gives).isPresent()) {
      // For a profile with role_arn the SDK creates its own client of STS.
      AwsHttp.setUpSdk();
      String name = "the profile " + profile;
      return needsUnboundedClient(file, profile)
          ? new Refused(name)
          : new SdkSource(name, ProfileCredentialsProvider.create());
    }
    return isSet(SdkSystemSetting.AWS_CONTAINER_CREDENTIALS_FULL_URI)
            || isSet(SdkSystemSetting.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI)
        ? new ContainerCredentials()
        : new InstanceRole();
  }

  static boolean isSet(SdkSystemSetting setting) {
    return setting.getStringValue().filter(value -> !value.isBlank()).isPresent();
  }

  /** Whether a profile gives credentials. Many profiles contain only a region. */
  private static boolean gives(Profile profile) {
    return Stream.of(
            "aws_access_key_id",
            "role_arn",
            "credential_process",
            "sso_session",
            "sso_start_url",
            "login_session")
        .anyMatch(key -> profile.property(key).isPresent());
  }

  /**
   * Whether a profile or a profile in its chain of sources has credential_source. The SDK then
   * reads instance metadata or Pod Identity with a client of the JDK, which has no limits and which
   * the agent cannot stop.
   */
  private static boolean needsUnboundedClient(ProfileFile file, String profile) {
    return Stream.iterate(
            file.profile(profile),
            Optional::isPresent,
            known -> known.flatMap(one -> one.property("source_profile")).flatMap(file::profile))
        .flatMap(Optional::stream)
        .limit(MOST_PROFILES)
        .anyMatch(known -> known.property("credential_source").isPresent());
  }

  /** A profile with credential_source. */
  private record Refused(String name) implements CredentialsSource {
    @Override
    public Fetched fetch() {
      throw CredentialsException.refusal(
          name + ": credential_source is set, and the agent does not support it",
          "give the agent's service account this role by EKS Pod Identity or IRSA, which also work"
              + " for a role of another account");
    }
  }

  private record SdkSource(String name, AwsCredentialsProvider provider)
      implements CredentialsSource {
    @Override
    public Fetched fetch() {
      try {
        AwsCredentials found = provider.resolveCredentials();
        return new Fetched(found, found.expirationTime());
      } catch (RuntimeException e) {
        RootCause cause = RootCause.of(e);
        String fact = name + ": " + cause.message();
        throw cause.isIo()
            ? CredentialsException.noAnswer(fact, cause.origin())
            : CredentialsException.refusal(fact, "correct " + name);
      }
    }
  }
}
