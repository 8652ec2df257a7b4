package io.cnimetrics.ipamd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cnimetrics.testing.FakeIpamd;
import io.cnimetrics.testing.RecordedNode;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HeldAddressesTest {
  static Stream<RecordedNode> nodes() {
    return RecordedNode.all().stream();
  }

  @ParameterizedTest
  @MethodSource("nodes")
  void allAddressesThatPodsHoldAreReturned(RecordedNode node) {
    try (FakeIpamd ipamd = new FakeIpamd().serve(node)) {
      List<String> held = new HeldAddresses(ipamd.introspectionUrl()).read().held();

      assertThat(held)
          .hasSize(node.truth().get("assignIPAddresses").asInt())
          .doesNotHaveDuplicates()
          .allMatch(address -> node.ipv6() || address.matches("[0-9]+(\\.[0-9]+){3}"));
    }
  }

  @Test
  void wrongBodyIsAnError() {
    try (FakeIpamd ipamd = new FakeIpamd()) {
      assertThatThrownBy(() -> new HeldAddresses(ipamd.introspectionUrl()).read())
          .isInstanceOf(IpamdException.class);
    }
  }
}
