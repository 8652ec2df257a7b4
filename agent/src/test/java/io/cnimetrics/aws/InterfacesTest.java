package io.cnimetrics.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cnimetrics.aws.InstanceMetadata.Interfaces;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class InterfacesTest {
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final String MACS = "network/interfaces/macs/";

  @Test
  void subnetsAreMappedByInterface() throws IOException {
    try (FakeImds imds = twoInterfaces()) {
      assertThat(read(imds).subnetIds())
          .isEqualTo(Map.of("eni-0a1", "subnet-0a1", "eni-0b2", "subnet-0b2"));
    }
  }

  @Test
  void invalidIdMakesAllUnknown() throws IOException {
    try (FakeImds imds = twoInterfaces()) {
      imds.with(MACS + "02:00:00:00:00:02/subnet-id", "<html>");

      Interfaces read = read(imds);

      assertThat(read.subnetIds()).isEmpty();
      assertThat(read.problem().orElseThrow().source()).isEqualTo(Source.IMDS);
      assertThat(read.problem().orElseThrow().reason()).isEqualTo(Reason.MALFORMED);
    }
  }

  @Test
  void refusalIsAProblem() throws IOException {
    try (FakeImds imds = twoInterfaces().failing(FakeImds.TOKEN_PATH, 403, 9)) {
      assertThat(read(imds).problem().orElseThrow().reason()).isEqualTo(Reason.DENIED);
    }
  }

  @Test
  void hangEndsAtTheLimit() throws IOException {
    try (FakeImds imds = twoInterfaces().hangingAt("/latest/meta-data/" + MACS)) {
      Interfaces read = InstanceMetadata.at(imds.endpoint()).interfaces(Duration.ofMillis(300));

      assertThat(read.problem().orElseThrow().reason()).isEqualTo(Reason.TIMEOUT);
      assertThat(read.problem().orElseThrow().message()).contains("300 ms");
    }
  }

  /** The second interface is for EFA only: it has no address. */
  @Test
  void primaryAddressIsTheFirstOfEachInterface() throws IOException {
    try (FakeImds imds =
        twoInterfaces().with(MACS + "02:00:00:00:00:01/local-ipv4s", "10.0.0.1\n10.0.0.2")) {
      assertThat(InstanceMetadata.at(imds.endpoint()).primaryAddresses(LIMIT))
          .containsExactly("10.0.0.1");
    }
  }

  @Test
  void primaryAddressesThatCannotBeReadSayWhy() throws IOException {
    try (FakeImds imds = twoInterfaces().failing(FakeImds.TOKEN_PATH, 403, 9)) {
      assertThatThrownBy(() -> InstanceMetadata.at(imds.endpoint()).primaryAddresses(LIMIT))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("the node's addresses are unknown: ");
    }
  }

  private static FakeImds twoInterfaces() throws IOException {
    return FakeImds.ofAnInstance()
        .with(MACS, "02:00:00:00:00:01/\n02:00:00:00:00:02/\n")
        .with(MACS + "02:00:00:00:00:01/interface-id", "eni-0a1")
        .with(MACS + "02:00:00:00:00:01/subnet-id", "subnet-0a1")
        .with(MACS + "02:00:00:00:00:02/interface-id", "eni-0b2")
        .with(MACS + "02:00:00:00:00:02/subnet-id", "subnet-0b2");
  }

  private static Interfaces read(FakeImds imds) {
    return InstanceMetadata.at(imds.endpoint()).interfaces(LIMIT);
  }
}
