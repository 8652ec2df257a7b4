package io.cnimetrics.ipamd;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.snapshot.IpamdMetrics.Boot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostBootTest {
  private static final String STAT = "cpu  1 2 3\nintr 9 8 7\nbtime 1795230279\nprocesses 5\n";

  @TempDir Path proc;

  @Test
  void bootTimeIsALineOfTheKernelsStatistics() throws IOException {
    assertThat(boot(STAT, "2f1d4f4a-8a8e-4c19-9f3c-1f0a3d0c5b11\n").map(Boot::seconds))
        .hasValue(1_795_230_279.0);
  }

  @Test
  void eachBootHasItsOwnId() throws IOException {
    assertThat(boot(STAT, "2f1d4f4a-8a8e-4c19-9f3c-1f0a3d0c5b11\n"))
        .isEqualTo(boot(STAT, "2f1d4f4a-8a8e-4c19-9f3c-1f0a3d0c5b11\n"))
        .isNotEqualTo(boot(STAT, "9c0b7a52-0c55-4be6-a1a4-6d3e0f7a2c90\n"));
  }

  @Test
  void bootIsUnknownOnOtherSystems() throws IOException {
    assertThat(HostBoot.read(proc.resolve("none"))).isEmpty();
    assertThat(boot("cpu 1\n", "2f1d4f4a-8a8e-4c19-9f3c-1f0a3d0c5b11\n")).isEmpty();
    assertThat(boot("btime soon\n", "2f1d4f4a-8a8e-4c19-9f3c-1f0a3d0c5b11\n")).isEmpty();
  }

  @Test
  void bootTimeIsKnownEvenIfTheIdIsNot() throws IOException {
    assertThat(boot(STAT, "none\n").map(Boot::seconds)).hasValue(1_795_230_279.0);
    Files.delete(proc.resolve("sys/kernel/random/boot_id"));
    assertThat(HostBoot.read(proc).map(Boot::seconds)).hasValue(1_795_230_279.0);
  }

  private Optional<Boot> boot(String stat, String id) throws IOException {
    Files.writeString(proc.resolve("stat"), stat);
    Path random = Files.createDirectories(proc.resolve("sys/kernel/random"));
    Files.writeString(random.resolve("boot_id"), id);
    return HostBoot.read(proc);
  }
}
