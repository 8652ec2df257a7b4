package io.cnimetrics.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.simulator.NamedScenario;
import io.cnimetrics.testing.ClosedPort;
import io.cnimetrics.testing.FakeClock;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Doctor names what to do if ipamD crashed, and does not guess ipamD's release. */
class IpamdProcessTest {
  @Test
  void socketFileThatOutlivedACrashHasToBeDeleted(@TempDir Path directory) throws IOException {
    Path socket = directory.resolve("introspection.sock");
    try (ServerSocketChannel crashed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      crashed.bind(UnixDomainSocketAddress.of(socket));
    }

    Diagnosis diagnosis = diagnosis(socket);

    Finding first = diagnosis.findings().get(0);
    assertThat(first.id()).isEqualTo("introspection");
    assertThat(first.title()).isEqualTo("Nothing listens on ipamD's introspection socket");
    assertThat(first.commands())
        .anyMatch(line -> line.startsWith("sudo rm " + socket))
        .anyMatch(line -> line.contains("delete pods -l k8s-app=aws-node"));
  }

  @Test
  void missingSocketFileMeansThatIpamdDoesNotRun(@TempDir Path directory) throws IOException {
    assertThat(diagnosis(directory.resolve("none.sock")).findings().get(0).title())
        .isEqualTo("ipamD does not run, or failed to start");
  }

  @Test
  void missingIntrospectionExplainsMissingMetrics() {
    assertThat(DoctorFixture.findings(NamedScenario.IPAMD_DOWN, 1))
        .filteredOn(finding -> finding.id().equals("metrics"))
        .singleElement()
        .satisfies(finding -> assertThat(finding.explainedBy()).hasValue("introspection"));
  }

  private static Diagnosis diagnosis(Path socket) throws IOException {
    try (ClosedPort metrics = new ClosedPort()) {
      return DoctorFixture.at(URI.create("unix:" + socket), metrics.url())
          .diagnosis(1, new FakeClock(Instant.now()));
    }
  }
}
