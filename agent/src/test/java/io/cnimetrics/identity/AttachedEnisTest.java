package io.cnimetrics.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttachedEnisTest {
  private static final String MACS = "network/interfaces/macs/";

  @Test
  void idsOfAllInterfacesAreTold() throws IOException {
    try (FakeImds imds =
        FakeImds.ofAnInstance()
            .with(MACS, "02:29:96:8f:6a:2d/\n02:29:96:8f:6a:2e/")
            .with(MACS + "02:29:96:8f:6a:2d/interface-id", "eni-0a")
            .with(MACS + "02:29:96:8f:6a:2e/interface-id", "eni-0b\n")) {
      assertThat(read(imds)).containsExactly("eni-0a", "eni-0b");
    }
  }

  @Test
  void serviceThatRefusesIsAnError() throws IOException {
    try (FakeImds imds = FakeImds.ofAnInstance().failing(FakeImds.TOKEN_PATH, 403, 9)) {
      assertThatThrownBy(() -> read(imds)).hasMessageContaining("status 403");
    }
  }

  private static List<String> read(FakeImds imds) {
    return AttachedEnis.read(builder -> builder.endpoint(imds.endpoint()));
  }
}
