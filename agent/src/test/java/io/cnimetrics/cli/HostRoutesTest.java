package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cnimetrics.doctor.Probes.HostRoute;
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

    Path ipv6 = folder.resolve("ipv6_route");
    Files.writeString(
        ipv6,
        """
        20010db8000000000000000000000007 80 00000000000000000000000000000000 00 00000000000000000000000000000000 00000400 00000001 00000000 00000001 eni9
        20010db8000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001 eth0
        """);

    assertThat(new HostRoutes(table, ipv6, folder).read())
        .containsExactly(
            new HostRoute("10.0.1.23", "eni7d2f3c1a9b0"),
            new HostRoute("172.20.1.254", "eni8e1"),
            new HostRoute("2001:db8::7", "eni9"));
  }

  @Test
  void addressesOfTheHostsEndOfAVethAreNoPods() throws IOException {
    Path ipv4 = Files.writeString(folder.resolve("route"), "");
    Path ipv6 =
        Files.writeString(
            folder.resolve("ipv6_route"),
            """
            fe8000000000000010d727fffe3d8f06 80 00000000000000000000000000000000 00 00000000000000000000000000000000 00000000 00000003 00000000 80200001 enia1
            fe800000000000000000000000000000 80 00000000000000000000000000000000 00 00000000000000000000000000000000 00000000 00000003 00000000 00300001 enia1
            20010db8000000000000000000000009 80 00000000000000000000000000000000 00 00000000000000000000000000000000 00000000 00000003 00000000 80200001 enia1
            """);

    assertThat(new HostRoutes(ipv4, ipv6, folder).read()).isEmpty();
  }

  @Test
  void missingRouteTableIsAnError() {
    Path none = folder.resolve("none");
    HostRoutes missing = new HostRoutes(none, none, none);

    assertThatThrownBy(missing::read).isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void namesOfInterfacesAreBeforeTheColon() throws IOException {
    Path interfaces =
        Files.writeString(
            folder.resolve("dev"),
            """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs
                lo:    8968     104    0    0    0     0          0         0     8968     104    0
            eni7d2f3c1a9b0:1234567890      10    0    0    0     0          0         0  1    1    0
            """);

    assertThat(new HostRoutes(folder, folder, interfaces).devices())
        .containsExactly("lo", "eni7d2f3c1a9b0");
  }
}
