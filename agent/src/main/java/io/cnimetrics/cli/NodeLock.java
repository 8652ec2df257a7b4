package io.cnimetrics.cli;

import io.cnimetrics.config.AgentConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lock that only one agent of a node can hold. If two agents published for the same node, each
 * sum would count the node twice. The lock is a socket that is bound to a loopback address but
 * never listens or connects. All pods with the host network share the loopback addresses. They need
 * not share a directory. The kernel frees the address when the process ends.
 */
final class NodeLock implements AutoCloseable {
  /** The port after the default port of the health server. */
  private static final int PORT = 61691;

  /** The second byte of addresses that no lock uses. */
  private static final int NO_LOCK = 255;

  private final InetSocketAddress address;
  private Optional<Socket> held = Optional.empty();

  private NodeLock(InetSocketAddress address) {
    this.address = address;
  }

  /**
   * The lock of the agents that read the same ipamD and publish to the same namespace under the
   * same node name. Other agents use other addresses of 127.0.0.0/8.
   */
  static NodeLock of(AgentConfig config) {
    return of(config, PORT);
  }

  static NodeLock of(AgentConfig config, int port) {
    String reading = config.introspectionUrl().or(config::metricsUrl).orElseThrow().toString();
    int hash = String.join("\n", reading, config.nodeName(), config.namespace()).hashCode();
    return new NodeLock(loopback(1 + Math.floorMod(hash >>> 16, NO_LOCK - 1), hash, port));
  }

  /**
   * Tries to take the lock, which this process then holds until its end. If another program uses
   * the port on all loopback addresses, no agent can take a lock. The method then returns true, so
   * that the agent runs without a lock.
   *
   * @return false if another agent holds the lock
   */
  boolean tryHold() {
    held = bind(address);
    if (held.isPresent()) {
      return true;
    }
    // Another agent holds the lock, or the port cannot be bound on any address of 127.0.0.0/8.
    // Tests the second case with an address that no lock uses.
    int random = ThreadLocalRandom.current().nextInt();
    Optional<Socket> samePort = bind(loopback(NO_LOCK, random, address.getPort()));
    samePort.ifPresent(NodeLock::close);
    if (samePort.isPresent()) {
      return false;
    }
    log()
        .warn(
            "the agent cannot find out whether another agent publishes for this node: address={}"
                + " cannot be bound; free the port",
            address);
    return true;
  }

  @Override
  public void close() {
    held.ifPresent(NodeLock::close);
  }

  private static Optional<Socket> bind(InetSocketAddress address) {
    Socket socket = new Socket();
    try {
      socket.bind(address);
      return Optional.of(socket);
    } catch (IOException e) {
      close(socket);
      return Optional.empty();
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // The kernel frees the address even if close() fails.
    }
  }

  /** The address 127.SECOND.x.y with the last two bytes of a number. */
  private static InetSocketAddress loopback(int second, int number, int port) {
    byte[] bytes = ByteBuffer.allocate(4).putInt(number).array();
    bytes[0] = 127;
    bytes[1] = (byte) second;
    try {
      return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Logger log() {
    return LoggerFactory.getLogger(NodeLock.class);
  }
}
