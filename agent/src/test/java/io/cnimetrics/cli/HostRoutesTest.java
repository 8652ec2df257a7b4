package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostRoutesTest {
  @TempDir private Path folder;

  @Test
  void onlyHostRoutesAreReturned() throws IOException {
    Path table = folder.resolve("route");
    Files.writeString(
        table,
        """
        Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
        eth0	00000000	0100000A	0003	0	0	0	00000000	0	0	0
        eth0	0000000A	00000000	0001	0	0	0	00C0FFFF	0	0	0
        eni7d2f3c1a9b0	1701000A	00000000	0005	0	0	0	FFFFFFFF	0	0	0
        eni8e1	FE0114AC	00000000	0005	0	0	0	FFFFFFFF	0	0	0
        """);

    assertThat(HostRoutes.read(table)).containsExactly("10.0.1.23", "172.20.1.254");
  }

  @Test
  void missingRouteTableIsAnError() {
    assertThatThrownBy(() -> HostRoutes.read(folder.resolve("none")))
        .isInstanceOf(UncheckedIOException.class);
  }
}
