package io.cnimetrics.health;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.health.Page.Response;
import io.cnimetrics.testing.Eventually;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A probe is answered within a second, even if other clients are slow. */
@Timeout(60)
class SlowClientsTest {
  private static final int MEGABYTE = 1 << 20;
  private static final Response LONG = Response.text(200, "x".repeat(8 * MEGABYTE));

  /** Eight threads serve clients, and one thread limits their time. */
  private static final int MOST_THREADS = 9;

  private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(1);
  private static final String HALF_A_REQUEST = "GET /livez HTTP/1.1\r\nHost: ";

  private final CountDownLatch over = new CountDownLatch(1);
  private final List<Socket> slow = new ArrayList<>();
  private final HealthServer server =
      new HealthServer(
          InetSocketAddress.createUnresolved("127.0.0.1", 0),
          Optional.empty(),
          () -> new AgentHealth(List.of(), true, List.of()),
          Map.of("/long", accept -> LONG));
  private Client client = new Client(InetSocketAddress.createUnresolved("127.0.0.1", 0));

  @BeforeEach
  void start() throws Exception {
    server.start();
    client = Client.of(server);
    client.get("/livez");
  }

  @AfterEach
  void stop() throws IOException {
    over.countDown();
    stopAll();
    server.close();
  }

  @Test
  void requestsThatNeverEndDelayNoProbe() throws IOException {
    begin(50, HALF_A_REQUEST);

    assertProbesAreAnswered();
  }

  @Test
  void probeDoesNotWaitBehindAThousandHalfRequests() throws IOException {
    begin(1_000, HALF_A_REQUEST);

    long began = System.nanoTime();
    assertThat(client.get("/livez").status()).isEqualTo(200);
    // The probe is served after about 0.1 s. Behind all other clients it would wait over 7 s.
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(3));
  }

  @Test
  void requestsSentByteByByteDelayNoProbe() throws Exception {
    ExecutorService senders = Executors.newFixedThreadPool(50);
    try {
      for (int i = 0; i < 50; i++) {
        senders.execute(this::sendByteByByte);
      }

      assertProbesAreAnswered();
    } finally {
      senders.shutdownNow();
    }
  }

  @Test
  void unreadResponsesDelayNoProbe() throws IOException {
    // Three clients for each thread. The server keeps the last clients, because no other client
    // waits.
    for (int i = 0; i < 24; i++) {
      Socket socket = new Socket();
      socket.setReceiveBufferSize(1024);
      socket.connect(client.server());
      socket.getOutputStream().write("GET /long HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(US_ASCII));
      slow.add(socket);
    }
    Eventually.holds("threads are held", () -> Eventually.threads("health").size() >= 8);

    assertProbesAreAnswered();
  }

  @Test
  void missingBodiesDelayNoProbe() throws IOException {
    begin(50, "POST /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nx");

    assertProbesAreAnswered();
  }

  @Test
  void thousandIdleConnectionsDelayNoProbe() throws IOException {
    begin(1_000, "");

    assertProbesAreAnswered();
  }

  @Test
  void slowClientIsServedWhileNoOtherClientWaits() throws Exception {
    Socket socket = client.begin(HALF_A_REQUEST);
    slow.add(socket);
    for (int i = 0; i < 20; i++) {
      client.get("/livez");
    }
    socket.getOutputStream().write("a\r\n\r\n".getBytes(US_ASCII));

    assertThat(new String(socket.getInputStream().readAllBytes(), US_ASCII))
        .startsWith("HTTP/1.1 200 ");
  }

  @Test
  void allOfManyFastClientsAreServed() throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(16);
    try {
      List<Callable<Integer>> requests = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        requests.add(() -> client.get("/livez").status());
      }

      for (Future<Integer> status : clients.invokeAll(requests)) {
        assertThat(status.get()).isEqualTo(200);
      }
    } finally {
      clients.shutdownNow();
    }
  }

  @Test
  void slowClientsShareFewThreads() throws IOException {
    begin(50, HALF_A_REQUEST);
    Eventually.holds(
        "all threads are taken", () -> Eventually.threads("health").size() == MOST_THREADS);
    assertProbesAreAnswered();
    assertThat(Eventually.threads("health").size()).isLessThanOrEqualTo(MOST_THREADS);

    stopAll();
    Eventually.holds("they end", () -> Eventually.threads("health").isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\r\n",
        "GET\r\n\r\n",
        "GET /livez\r\n\r\n",
        "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003\r\n\r\n",
        "GET mailto:a@b HTTP/1.1\r\n\r\n",
        "GET * HTTP/1.1\r\n\r\n",
        "GET /%zz HTTP/1.1\r\n\r\n",
        "GET /livez HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        "GET /livez HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "GET /livez HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "GET /livez HTTP/1.1\r\n: no name\r\n\r\n",
        "GET /livez HTTP/1.1\r\nA\u0000: b\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      })
  void invalidRequestsDelayNoProbe(String bytes) throws IOException {
    begin(10, bytes);

    assertProbesAreAnswered();
  }

  @Test
  void hugeHeadersCloseTheConnection() throws IOException {
    for (int i = 0; i < 10; i++) {
      Socket socket = client.begin(HALF_A_REQUEST);
      slow.add(socket);
      assertThat(closesEarly(socket, "a".repeat(MEGABYTE))).isTrue();
    }

    assertProbesAreAnswered();
  }

  @Test
  void hugeRequestLineClosesTheConnection() throws IOException {
    Socket socket = client.begin("GET /");
    slow.add(socket);

    assertThat(closesEarly(socket, "a".repeat(MEGABYTE))).isTrue();
    assertProbesAreAnswered();
  }

  /** Opens connections, on which these bytes were sent. */
  private void begin(int connections, String bytes) throws IOException {
    for (int i = 0; i < connections; i++) {
      slow.add(client.begin(bytes));
    }
  }

  /** All probes succeed; some may take longer on a busy machine. */
  private void assertProbesAreAnswered() throws IOException {
    List<Duration> times = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      long began = System.nanoTime();
      assertThat(client.get(i % 2 == 0 ? "/livez" : "/readyz").status()).isEqualTo(200);
      times.add(Duration.ofNanos(System.nanoTime() - began));
    }
    times.sort(null);
    assertThat(times.get(times.size() / 2)).as("median of %s", times).isLessThan(PROBE_TIMEOUT);
  }

  /** Reconnects after each closed connection. */
  private void sendByteByByte() {
    while (over.getCount() > 0) {
      try (Socket socket = client.connect()) {
        for (int i = 0; ; i++) {
          socket.getOutputStream().write(HALF_A_REQUEST.charAt(i % HALF_A_REQUEST.length()));
          if (over.await(50, TimeUnit.MILLISECONDS)) {
            return;
          }
        }
      } catch (IOException e) {
        // The server closed the connection.
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** Whether the server closes a connection before it has read all data from the client. */
  private static boolean closesEarly(Socket socket, String text) throws IOException {
    socket.setSoTimeout(5_000);
    try {
      socket.getOutputStream().write(text.getBytes(US_ASCII));
      return socket.getInputStream().read() < 0;
    } catch (SocketException e) {
      return true;
    }
  }

  private void stopAll() throws IOException {
    for (Socket socket : slow) {
      socket.close();
    }
  }
}
