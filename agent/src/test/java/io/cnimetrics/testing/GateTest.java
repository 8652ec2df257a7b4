package io.cnimetrics.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests the gate with a server socket that the test controls. */
@Timeout(10)
class GateTest {
  @AutoClose private ServerSocket server;
  @AutoClose private Gate gate;

  @BeforeEach
  void open() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    gate = new Gate(URI.create("http://127.0.0.1:" + server.getLocalPort()));
  }

  @Test
  void bytesPassBothWays() throws IOException {
    try (Socket client = connect();
        Socket served = server.accept()) {
      client.getOutputStream().write('?');
      assertThat(served.getInputStream().read()).isEqualTo('?');
      served.getOutputStream().write('!');
      assertThat(client.getInputStream().read()).isEqualTo('!');
    }
  }

  @Test
  void endOfOneSideEndsTheOther() throws IOException {
    try (Socket client = connect()) {
      server.accept().close();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void closedGateRefusesConnections() {
    gate.shut();

    assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
  }

  @Test
  void closedGateResetsItsConnections() throws IOException {
    try (Socket client = connect();
        Socket served = server.accept()) {
      client.getOutputStream().write('?');
      assertThat(served.getInputStream().read()).isEqualTo('?');

      gate.shut();

      assertThatThrownBy(client.getInputStream()::read).isInstanceOf(SocketException.class);
      assertThatThrownBy(served.getInputStream()::read).isInstanceOf(SocketException.class);
    }
  }

  @Test
  void closedGateKeepsItsPort() throws IOException {
    gate.shut();

    try (ServerSocket other = new ServerSocket()) {
      other.setReuseAddress(false);
      InetSocketAddress port =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), gate.endpoint().getPort());
      assertThatThrownBy(() -> other.bind(port)).isInstanceOf(BindException.class);
    }
  }

  @Test
  void reopenedGateLeadsFromTheSamePortToTheSameServer() throws IOException {
    URI before = gate.endpoint();
    bytesPassBothWays();
    gate.shut();
    gate.open();

    assertThat(gate.endpoint()).isEqualTo(before);
    bytesPassBothWays();
  }

  private Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), gate.endpoint().getPort());
  }
}
