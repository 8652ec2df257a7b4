package io.cnimetrics.ipamd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostBootTest {
  @TempDir Path directory;

  @Test
  void bootTimeIsALineOfTheKernelsStatistics() throws IOException {
    Path stat =
        Files.writeString(
            directory.resolve("stat"), "cpu  1 2 3\nintr 9 8 7\nbtime 1795230279\nprocesses 5\n");
    assertThat(HostBoot.seconds(stat)).hasValue(1_795_230_279);
  }

  @Test
  void bootTimeIsUnknownOnOtherSystems() throws IOException {
    assertThat(HostBoot.seconds(directory.resolve("none"))).isEmpty();
    assertThat(HostBoot.seconds(Files.writeString(directory.resolve("a"), "cpu 1\n"))).isEmpty();
    assertThat(HostBoot.seconds(Files.writeString(directory.resolve("b"), "btime soon\n")))
        .isEmpty();
  }
}
