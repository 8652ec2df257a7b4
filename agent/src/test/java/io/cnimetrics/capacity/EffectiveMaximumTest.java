package io.cnimetrics.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Subnet;
import io.cnimetrics.testing.Snapshots;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class EffectiveMaximumTest {
  private static final EffectiveMaximum MAXIMUM = new EffectiveMaximum(56, "56 = 4 ENIs × 14");

  @Test
  void subnetThatRunsOutLimitsTheMaximum() {
    assertThat(reachable(new Subnet("subnet-a", 4, 247)))
        .contains("18 = 14 on the node + 4 free in subnet-a");
  }

  @Test
  void subnetWithRoomLeavesTheMaximum() {
    assertThat(reachable(new Subnet("subnet-a", 200, 51)))
        .contains("all 56 (14 on the node + 200 free in subnet-a)");
  }

  @Test
  void subnetOfAPrimaryWithoutPodsDoesNotCount() {
    assertThat(reachable(new Subnet("subnet-of-node", 200, 51))).isEmpty();
  }

  /** Uses custom networking, so that the primary ENI has no addresses for pods. */
  private static Optional<String> reachable(Subnet subnet) {
    AddressPool pool =
        new AddressPool(
                List.of(Snapshots.eni(0, 0, 0, 0), Snapshots.eni(1, 14, 3, 0)),
                true,
                false,
                OptionalLong.empty(),
                OptionalLong.empty())
            .located(Map.of("eni-0", "subnet-of-node", "eni-1", "subnet-a"));
    return MAXIMUM.reachableNow(pool, List.of(subnet)).map(EffectiveMaximum::explanation);
  }
}
