package io.cnimetrics.ipamd;

import static io.cnimetrics.ipamd.UnixServer.readRequest;
import static io.cnimetrics.ipamd.UnixServer.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class UnixSocketFactoryTest {
  private static final InetSocketAddress ANYWHERE =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 80);
  private static final String HELLO = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

  @TempDir Path directory;

  private final ConnectionPool pool = new ConnectionPool();
  private final CountDownLatch testIsOver = new CountDownLatch(1);

  @AfterEach
  void letServersGo() {
    testIsOver.countDown();
    pool.evictAll();
  }

  @Test
  void bodyWithLengthComesOverTheSocket() throws IOException {
    try (UnixServer server = listen(UnixSocketFactoryTest::hello)) {
      assertThat(get(client())).isEqualTo("hello");
      assertThat(server.connections()).isOne();
    }
  }

  @Test
  void chunkedBodyOfManySegmentsComesWhole() throws IOException {
    String chunk = "0123456789".repeat(1_000);
    try (UnixServer server =
        listen(
            client -> {
              readRequest(client);
              send(client, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
              for (int i = 0; i < 30; i++) {
                send(client, Integer.toHexString(chunk.length()) + "\r\n" + chunk + "\r\n");
              }
              send(client, "0\r\n\r\n");
            })) {
      assertThat(get(client())).isEqualTo(chunk.repeat(30));
      assertThat(server.connections()).isOne();
    }
  }

  @Test
  void connectionIsKeptForTheNextRequest() throws IOException {
    try (UnixServer server = listen(UnixSocketFactoryTest::hello)) {
      OkHttpClient client = client();
      for (int i = 0; i < 5; i++) {
        assertThat(get(client)).isEqualTo("hello");
      }
      assertThat(server.connections()).isOne();
    }
  }

  @Test
  void connectionThatTheServerClosedIsReplaced() throws IOException {
    try (UnixServer server =
        listen(
            client -> {
              readRequest(client);
              send(client, HELLO.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
            })) {
      OkHttpClient client = client();
      assertThat(get(client)).isEqualTo("hello");
      assertThat(get(client)).isEqualTo("hello");
      assertThat(server.connections()).isEqualTo(2);
    }
  }

  @Test
  void silentServerEndsInAReadTimeout() throws IOException {
    try (UnixServer server = listen(this::silence)) {
      OkHttpClient client = client().newBuilder().readTimeout(Duration.ofMillis(200)).build();
      long start = System.nanoTime();
      assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> get(client));
      assertThat(millisSince(start)).isBetween(150L, 2_000L);
      assertThat(server.connections()).isOne();
    }
  }

  @Test
  void readTimeoutLeavesTheConnectionUsable() throws IOException {
    CountDownLatch ask = new CountDownLatch(1);
    try (UnixServer server =
            listen(
                client -> {
                  ask.await();
                  send(client, "x");
                });
        Socket socket = connected()) {
      socket.setSoTimeout(50);
      InputStream in = socket.getInputStream();
      assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(in::read);
      ask.countDown();
      socket.setSoTimeout(0);
      assertThat(in.read()).isEqualTo('x');
      assertThat(in.read()).isEqualTo(-1);
      assertThat(server.connections()).isOne();
    }
  }

  @Test
  void callTimeoutHoldsAgainstATrickle() throws IOException {
    try (UnixServer server =
        listen(
            client -> {
              readRequest(client);
              send(client, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
              while (!testIsOver.await(100, TimeUnit.MILLISECONDS)) {
                send(client, "x");
              }
            })) {
      OkHttpClient client = client().newBuilder().callTimeout(Duration.ofMillis(500)).build();
      long start = System.nanoTime();
      assertThatExceptionOfType(InterruptedIOException.class)
          .isThrownBy(() -> get(client))
          .withMessage("timeout");
      assertThat(millisSince(start)).isBetween(450L, 2_000L);
      assertThat(server.connections()).isOne();
    }
  }

  @Test
  void writeTimeoutHoldsAgainstAServerThatDoesNotRead() throws IOException {
    try (UnixServer server = listen(client -> testIsOver.await())) {
      OkHttpClient client = client().newBuilder().writeTimeout(Duration.ofMillis(300)).build();
      Request request =
          new Request.Builder()
              .url("http://127.0.0.1/")
              .post(RequestBody.create(new byte[8_000_000]))
              .build();
      long start = System.nanoTime();
      assertThatExceptionOfType(SocketTimeoutException.class)
          .isThrownBy(() -> client.newCall(request).execute().close());
      assertThat(millisSince(start)).isBetween(250L, 3_000L);
      assertThat(server.connections()).isOne();
    }
  }

  @Test
  void largeRequestWaitsForASlowReader() throws IOException {
    try (UnixServer server =
        listen(
            client -> {
              readRequest(client);
              ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
              int got = 0;
              while (got < 3_000_000) {
                got += client.read(buffer.clear());
              }
              send(client, HELLO);
            })) {
      Request request =
          new Request.Builder()
              .url("http://127.0.0.1/")
              .post(RequestBody.create(new byte[3_000_000]))
              .build();
      try (Response response = client().newCall(request).execute()) {
        assertThat(response.body().string()).isEqualTo("hello");
      }
      assertThat(server.connections()).isOne();
    }
  }

  @Test
  void missingFileIsAConnectExceptionThatNamesThePath() {
    assertThatExceptionOfType(ConnectException.class)
        .isThrownBy(this::connected)
        .withMessageContaining(path().toString())
        .withMessageContaining("No such file");
    assertThatExceptionOfType(ConnectException.class)
        .isThrownBy(() -> get(client()))
        .withStackTraceContaining(path().toString());
  }

  @Test
  void socketFileWithoutAListenerRefuses() throws IOException {
    // Not a server's: until its thread has noticed, the kernel goes on listening.
    try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(path()));
    }
    assertThat(path()).exists();
    assertThatExceptionOfType(ConnectException.class)
        .isThrownBy(this::connected)
        .withMessageContaining("refused");
  }

  @Test
  void regularFileRefuses() throws IOException {
    Files.createFile(path());
    assertThatExceptionOfType(ConnectException.class)
        .isThrownBy(this::connected)
        .withMessageContaining("refused");
  }

  @Test
  void socketWithoutPermissionIsAConnectException() throws IOException {
    try (UnixServer server = listen(UnixSocketFactoryTest::hello)) {
      Files.setPosixFilePermissions(path(), PosixFilePermissions.fromString("---------"));
      assumeFalse(Files.isWritable(path()), "root may do anything");
      assertThatExceptionOfType(ConnectException.class)
          .isThrownBy(this::connected)
          .withMessageContaining("denied");
      assertThat(server.connections()).isZero();
    }
  }

  @Test
  void fullBacklogTimesOut() throws IOException {
    List<Socket> waiting = new ArrayList<>();
    try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(path()), 1);
      long start = System.nanoTime();
      assertThatExceptionOfType(SocketTimeoutException.class)
          .isThrownBy(
              () -> {
                while (waiting.size() < 10) {
                  waiting.add(connect(300));
                }
              })
          .withMessageContaining(path().toString());
      assertThat(millisSince(start)).isBetween(250L, 3_000L);
    } finally {
      closeAll(waiting);
    }
  }

  @Test
  void backlogThatEmptiesLetsTheWaitingIn() throws Exception {
    List<Socket> waiting = new ArrayList<>();
    try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(path()), 1);
      assertThatIOException().isThrownBy(() -> fill(waiting));
      CompletableFuture<Socket> late = CompletableFuture.supplyAsync(this::connectUnbounded);
      for (int i = 0; i < waiting.size(); i++) {
        listener.accept().close();
      }
      waiting.add(late.get(5, TimeUnit.SECONDS));
      try (SocketChannel accepted = listener.accept()) {
        send(accepted, "x");
        assertThat(waiting.get(waiting.size() - 1).getInputStream().read()).isEqualTo('x');
      }
    } finally {
      closeAll(waiting);
    }
  }

  @Test
  void answerCutShortIsAnIoException() throws IOException {
    try (UnixServer server =
        listen(
            client -> {
              readRequest(client);
              send(client, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf");
            })) {
      assertThatIOException().isThrownBy(() -> get(client()));
      assertThat(server.connections()).isOne();
    }
  }

  @Test
  void resetInTheMiddleIsASocketException() throws IOException {
    CountDownLatch written = new CountDownLatch(1);
    // Closing with unread bytes resets the connection.
    try (UnixServer server = listen(client -> written.await());
        Socket socket = connected()) {
      socket.getOutputStream().write(new byte[100]);
      written.countDown();
      assertThatExceptionOfType(SocketException.class)
          .isThrownBy(() -> socket.getInputStream().read())
          .withMessageContaining("reset");
      assertThatExceptionOfType(SocketException.class)
          .isThrownBy(() -> socket.getOutputStream().write(1))
          .withMessageContaining("pipe");
      assertThat(server.connections()).isOne();
    }
  }

  @Test
  void closingFromAnotherThreadEndsABlockedRead() throws Exception {
    try (UnixServer server = listen(this::silence)) {
      Socket socket = connected();
      InputStream in = socket.getInputStream();
      CompletableFuture<Integer> read = new CompletableFuture<>();
      Thread reader = new Thread(() -> complete(read, in));
      reader.start();
      waitUntilBlocked(reader);
      socket.close();
      assertThat(read)
          .failsWithin(Duration.ofSeconds(1))
          .withThrowableThat()
          .withCauseInstanceOf(SocketException.class);
      assertThat(socket.isClosed()).isTrue();
      assertThat(server.connections()).isOne();
    }
  }

  @Test
  void interruptEndsABlockedReadWithoutSpinning() throws Exception {
    try (UnixServer server = listen(this::silence);
        Socket socket = connected()) {
      Thread.currentThread().interrupt();
      assertThatExceptionOfType(InterruptedIOException.class)
          .isThrownBy(() -> socket.getInputStream().read());
      assertThat(Thread.interrupted()).isTrue();
      assertThat(server.connections()).isLessThanOrEqualTo(1);
    }
  }

  @Test
  void stateIsThatOfAnySocket() throws IOException {
    try (UnixServer server = listen(this::silence);
        Socket socket = new UnixSocketFactory(path()).createSocket()) {
      assertThat(socket.isConnected()).isFalse();
      assertThatExceptionOfType(SocketException.class).isThrownBy(socket::getInputStream);
      socket.connect(ANYWHERE);
      socket.setTcpNoDelay(true);
      socket.setKeepAlive(true);
      socket.setSoTimeout(7);
      assertThat(socket.getSoTimeout()).isEqualTo(7);
      assertThat(socket.isConnected()).isTrue();
      assertThat(socket.isBound()).isTrue();
      assertThat(socket.getRemoteSocketAddress()).isEqualTo(ANYWHERE);
      assertThat(socket).hasToString("unix:" + path());
      socket.shutdownOutput();
      socket.shutdownInput();
      assertThat(socket.isInputShutdown()).isTrue();
      assertThat(socket.isOutputShutdown()).isTrue();
      assertThat(server.connections()).isLessThanOrEqualTo(1);
    }
  }

  @Test
  void fileDescriptorsAreGivenBack() throws IOException {
    assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "Linux only");
    try (UnixServer server = listen(UnixSocketFactoryTest::hello)) {
      getOnceAndFailOnce();
      pool.evictAll();
      long before = openFiles();
      for (int i = 0; i < 200; i++) {
        getOnceAndFailOnce();
        pool.evictAll();
      }
      assertThat(server.connections()).isEqualTo(201);
      assertThat(openFiles()).isLessThan(before + 20);
    }
  }

  private void getOnceAndFailOnce() throws IOException {
    assertThat(get(client())).isEqualTo("hello");
    UnixSocketFactory nowhere = new UnixSocketFactory(directory.resolve("nowhere"));
    assertThatExceptionOfType(ConnectException.class)
        .isThrownBy(() -> nowhere.createSocket("127.0.0.1", 80));
  }

  private static long openFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    }
  }

  private static void hello(SocketChannel client) throws IOException {
    while (readRequest(client)) {
      send(client, HELLO);
    }
  }

  private void silence(SocketChannel client) throws IOException, InterruptedException {
    testIsOver.await();
  }

  private static void complete(CompletableFuture<Integer> read, InputStream in) {
    try {
      read.complete(in.read());
    } catch (IOException e) {
      read.completeExceptionally(e);
    }
  }

  private static void waitUntilBlocked(Thread thread) {
    // A thread in a native call counts as runnable: what tells is where it stands.
    while (Stream.of(thread.getStackTrace())
        .noneMatch(frame -> frame.getMethodName().equals("select"))) {
      Thread.onSpinWait();
    }
  }

  private void fill(List<Socket> waiting) throws IOException {
    while (waiting.size() < 10) {
      waiting.add(connect(50));
    }
  }

  private Socket connectUnbounded() {
    try {
      return connected();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Socket connected() throws IOException {
    return connect(0);
  }

  private Socket connect(int timeoutMillis) throws IOException {
    Socket socket = new UnixSocketFactory(path()).createSocket();
    socket.connect(ANYWHERE, timeoutMillis);
    return socket;
  }

  private static void closeAll(List<Socket> sockets) throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private UnixServer listen(UnixServer.Conversation conversation) throws IOException {
    return UnixServer.listen(path(), conversation);
  }

  private Path path() {
    return directory.resolve("ipamd.sock");
  }

  private OkHttpClient client() {
    return new OkHttpClient.Builder()
        .socketFactory(new UnixSocketFactory(path()))
        .connectionPool(pool)
        .proxy(Proxy.NO_PROXY)
        .build();
  }

  private static String get(OkHttpClient client) throws IOException {
    Request request = new Request.Builder().url("http://127.0.0.1/v1/enis").build();
    try (Response response = client.newCall(request).execute()) {
      return response.body().string();
    }
  }

  private static long millisSince(long startNanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
  }
}
