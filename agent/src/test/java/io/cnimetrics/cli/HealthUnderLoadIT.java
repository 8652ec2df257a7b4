package io.cnimetrics.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.simulator.Scenario;
import io.cnimetrics.testing.AgentProcess;
import io.cnimetrics.testing.AgentProcess.Running;
import io.cnimetrics.testing.Eventually;
import io.cnimetrics.testing.HealthPages;
import io.cnimetrics.testing.ServedIpamd;
import io.cnimetrics.testing.ServedIpamd.Answer;
import io.cnimetrics.testing.StubCloudWatch;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The agent polls and sends on time even if clients attack its health address. */
@Order(2)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class HealthUnderLoadIT {
  private static final Duration READY = Duration.ofSeconds(60);
  private static final int CONNECTIONS = 1_000;

  /** Within this time, the agent must send the first whole minute after the start. */
  private static final Duration SENT = Duration.ofSeconds(2 * 60 + 40);

  /** The longest time between two polls. It is below two intervals, so the agent skips no poll. */
  private static final Duration ON_TIME = Duration.ofSeconds(20);

  private final Random random = new Random(61_690);

  @Test
  void connectionsSlowClientsAndNoiseDelayNeitherPollsNorSends() throws IOException {
    HealthPages health = HealthPages.onFreePort();
    List<Socket> clients = new ArrayList<>();
    try (ServedIpamd ipamd = new ServedIpamd(Scenario.of("m5.xlarge"), Duration.ofSeconds(60));
        StubCloudWatch cloudWatch = StubCloudWatch.start();
        Running agent =
            AgentProcess.of("run", "--cluster-id", "c", "--region", "eu-west-1")
                .with("--poll-interval", "10s", "--health-address", health.address())
                .reading(ipamd.introspectionUrl(), ipamd.metricsUrl())
                .in(cloudWatch.environment())
                .start()) {
      health.await("/readyz", 200, READY);
      Instant begin = Instant.now();
      int sent = cloudWatch.requests().size();

      Instant end = begin.truncatedTo(ChronoUnit.MINUTES).plus(SENT);
      while (Instant.now().isBefore(end)) {
        attack(clients, health.port());
      }

      assertThat(cloudWatch.requests()).hasSizeGreaterThan(sent);
      assertThat(longestPause(ipamd, begin)).isLessThan(ON_TIME);
      endAll(clients);
      health.await("/livez", 200, READY);
      assertThat(agent.log()).noneMatch(line -> line.contains(" ERROR "));
      assertThat(agent.stop().exitCode()).isZero();
    } finally {
      endAll(clients);
    }
  }

  /** Fills up to a thousand connections, and sends a piece of a request or noise on each. */
  private void attack(List<Socket> clients, int port) {
    while (clients.size() < CONNECTIONS) {
      try {
        clients.add(new Socket(InetAddress.getLoopbackAddress(), port));
      } catch (IOException e) {
        break;
      }
    }
    clients.removeIf(client -> !isFed(client));
    Eventually.comes(Instant.now().plusMillis(500));
  }

  private boolean isFed(Socket client) {
    byte[] noise = new byte[1 + random.nextInt(20)];
    random.nextBytes(noise);
    List<byte[]> pieces =
        List.of(
            "G".getBytes(US_ASCII),
            "GET /livez HTTP/1.1\r\nX: y".getBytes(US_ASCII),
            "\r\n\r\nGET /livez HTTP/9\r\n\r\n".getBytes(US_ASCII),
            "POST /x HTTP/1.1\r\nContent-Length: -7\r\n\r\n".getBytes(US_ASCII),
            noise);
    try {
      client.getOutputStream().write(pieces.get(random.nextInt(pieces.size())));
      return true;
    } catch (IOException e) {
      // The server is allowed to close the connection.
      return false;
    }
  }

  private static Duration longestPause(ServedIpamd ipamd, Instant begin) {
    List<Instant> polls =
        ipamd.answers().stream()
            .filter(answer -> !answer.metrics())
            .map(Answer::at)
            .filter(at -> at.isAfter(begin))
            .toList();
    assertThat(polls).hasSizeGreaterThan(5);
    Duration longest = Duration.ZERO;
    for (int i = 1; i < polls.size(); i++) {
      Duration pause = Duration.between(polls.get(i - 1), polls.get(i));
      longest = pause.compareTo(longest) > 0 ? pause : longest;
    }
    return longest;
  }

  private static void endAll(List<Socket> clients) throws IOException {
    for (Socket client : clients) {
      client.close();
    }
    clients.clear();
  }
}
