package io.cnimetrics.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cnimetrics.testing.FakeClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;

/**
 * Credentials are renewed shortly before they expire. If this fails, the old credentials are used
 * until they expire.
 */
class KeptCredentialsTest {
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

  private final FakeClock clock = new FakeClock(NOW);
  private final List<Instant> fetches = new ArrayList<>();
  private boolean away;
  private final Credentials credentials = new Credentials(Source::new, clock);

  @Test
  void credentialsAreFetchedOnceAndAgainTenMinutesBeforeTheyExpire() {
    assertThat(key()).isEqualTo("key-1");
    clock.advance(Duration.ofMinutes(49));
    assertThat(key()).isEqualTo("key-1");
    clock.advance(Duration.ofMinutes(1));
    assertThat(key()).isEqualTo("key-2");
  }

  @Test
  void outageDoesNotTakeAwayValidCredentials() {
    assertThat(key()).isEqualTo("key-1");
    away = true;
    clock.advance(Duration.ofMinutes(59));
    assertThat(key()).isEqualTo("key-1");
    clock.advance(Duration.ofMinutes(1));
    assertThatThrownBy(this::key).isInstanceOf(CredentialsException.class).hasMessage("away");
    away = false;
    assertThat(key()).isEqualTo("key-2");
  }

  private String key() {
    return credentials.resolveCredentials().accessKeyId();
  }

  private final class Source implements CredentialsSource {
    @Override
    public String name() {
      return "test";
    }

    @Override
    public Fetched fetch() {
      if (away) {
        throw CredentialsException.outage("away", "wait");
      }
      fetches.add(clock.instant());
      return new Fetched(
          AwsBasicCredentials.create("key-" + fetches.size(), "secret"),
          Optional.of(clock.instant().plus(Duration.ofHours(1))));
    }
  }
}
