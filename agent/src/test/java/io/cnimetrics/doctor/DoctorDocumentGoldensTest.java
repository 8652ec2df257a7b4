package io.cnimetrics.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.Goldens;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DoctorDocumentGoldensTest {
  private static final Probes.EndpointResult NOTHING =
      new Probes.EndpointResult("", Optional.empty(), Optional.empty());

  private static final List<Check> CHECKS =
      Checks.all(
          new Probes(
              List::of,
              List::of,
              List::of,
              address -> false,
              directory -> Optional.empty(),
              region -> NOTHING,
              region -> NOTHING,
              Optional.empty(),
              Optional.empty()));

  @Test
  void pageIsFresh() {
    Path page = Path.of("..", "docs", "doctor.md").toAbsolutePath().normalize();

    Goldens.check(page.toString(), DoctorDocument.page(CHECKS));
  }

  @Test
  void idsAreUnique() {
    assertThat(CHECKS).extracting(check -> check.spec().id()).doesNotHaveDuplicates();
  }

  @Test
  void everyRowHasAsManyCellsAsItsHead() {
    assertThat(DoctorDocument.page(CHECKS).lines().filter(line -> line.startsWith("| `")))
        .hasSize(CHECKS.size())
        .allSatisfy(line -> assertThat(line.split("\\|", -1)).hasSize(6));
  }
}
