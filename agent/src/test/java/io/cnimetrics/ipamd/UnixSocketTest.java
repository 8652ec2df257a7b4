package io.cnimetrics.ipamd;

import static io.cnimetrics.ipamd.PoolRequest.AMPLE;
import static io.cnimetrics.ipamd.PoolRequest.BODY;
import static io.cnimetrics.ipamd.PoolRequest.LIMIT;
import static io.cnimetrics.ipamd.PoolRequest.OK;
import static io.cnimetrics.ipamd.PoolRequest.assertRefusal;
import static io.cnimetrics.ipamd.PoolRequest.pool;
import static io.cnimetrics.ipamd.PoolRequest.refusal;
import static io.cnimetrics.snapshot.Reason.MALFORMED;
import static io.cnimetrics.snapshot.Reason.TIMEOUT;
import static io.cnimetrics.snapshot.Reason.UNREACHABLE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cnimetrics.testing.RawServer;
import io.cnimetrics.wire.ReceiveLimit;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.URI;
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
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class UnixSocketTest {
  private static final Duration SOON = Duration.ofSeconds(2);

  @TempDir Path directory;
  private Path path = Path.of("/");
  private URI address = URI.create("unix:/");

  @BeforeEach
  void choosePath() {
    path = directory.resolve("ipamd.sock");
    address = URI.create("unix:" + path);
  }

  @Test
  void bodyOfManySegmentsIsRead() throws IOException {
    byte[] body = (BODY + " ".repeat(3_000_000)).getBytes(UTF_8);
    try (RawServer server = RawServer.unix(path, request -> request.ok(body))) {
      assertThat(pool(address, AMPLE).eniCount()).isZero();
      assertThat(server.requested()).containsExactly("/v1/enis");
    }
  }

  @Test
  void missingFileIsUnreachable() {
    assertRefusal(refusal(address, AMPLE), UNREACHABLE, address, "/v1/enis: No such file");
  }

  @Test
  void socketFileWithoutAListenerIsUnreachable() throws IOException {
    listen().close();
    assertThat(path).exists();
    assertRefusal(refusal(address, AMPLE), UNREACHABLE, address, "refused");
  }

  @Test
  void regularFileIsUnreachable() throws IOException {
    Files.createFile(path);
    assertRefusal(refusal(address, AMPLE), UNREACHABLE, address, "refused");
  }

  @Test
  void socketWithoutPermissionIsUnreachable() throws IOException {
    try (ServerSocketChannel listener = listen()) {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("---------"));
      assumeFalse(Files.isWritable(path), "root may connect to every socket");
      assertThat(listener.isOpen()).isTrue();
      assertRefusal(refusal(address, AMPLE), UNREACHABLE, address, "denied");
    }
  }

  @Test
  void closeWithoutAnAnswerIsUnreachable() throws IOException {
    try (RawServer server = RawServer.unix(path, request -> {})) {
      assertRefusal(refusal(address, AMPLE), UNREACHABLE, address, "without an answer");
      assertThat(server.requested()).hasSize(1);
    }
  }

  @Test
  void closeBeforeTheRequestIsUnreachable() throws IOException {
    try (ServerSocketChannel listener = listen()) {
      CompletableFuture<Void> closing = CompletableFuture.runAsync(() -> acceptAndClose(listener));
      assertRefusal(refusal(address, AMPLE), UNREACHABLE, address, "/v1/enis: ");
      assertThat(closing).succeedsWithin(SOON);
    }
  }

  @Test
  void bodyThatIsCutShortIsMalformed() throws IOException {
    String cut = OK + "Transfer-Encoding: chunked\r\n\r\nb\r\n" + BODY;
    try (RawServer server = RawServer.unix(path, request -> request.send(cut))) {
      assertRefusal(refusal(address, AMPLE), MALFORMED, address, "cut short");
      assertThat(server.requested()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", OK, OK + "\r\n{"})
  void silenceIsATimeout(String start) throws IOException {
    try (RawServer server =
        RawServer.unix(
            path,
            request -> {
              request.send(start);
              request.hang();
            })) {
      assertTimeout();
      assertThat(server.requested()).hasSize(1);
    }
  }

  @Test
  void trickleIsATimeout() throws IOException {
    try (RawServer server =
        RawServer.unix(
            path,
            request -> {
              request.send(OK + "\r\n");
              do {
                request.send(" ");
              } while (request.pause(20));
            })) {
      assertTimeout();
      assertThat(server.requested()).hasSize(1);
    }
  }

  @Test
  void fullBacklogIsATimeout() throws IOException {
    List<SocketChannel> waiting = new ArrayList<>();
    try (ServerSocketChannel listener = listen()) {
      fillBacklog(waiting);
      assertTimeout();
      assertThat(listener.isOpen()).isTrue();
    } finally {
      for (SocketChannel channel : waiting) {
        channel.close();
      }
    }
  }

  @Test
  void readAndWriteTimeoutsOfOkHttpHold() throws IOException {
    OkHttpClient client =
        new OkHttpClient.Builder()
            .socketFactory(
                new UnconnectedSockets() {
                  @Override
                  public Socket createSocket() throws IOException {
                    return socket();
                  }
                })
            .readTimeout(LIMIT)
            .writeTimeout(LIMIT)
            .build();
    Request get = new Request.Builder().url("http://127.0.0.1/").build();
    Request post = get.newBuilder().post(RequestBody.create(new byte[8_000_000])).build();
    try (RawServer server = RawServer.unix(path, RawServer.Request::hang)) {
      for (Request request : List.of(get, post)) {
        assertThatExceptionOfType(SocketTimeoutException.class)
            .isThrownBy(() -> client.newCall(request).execute().close());
      }
      assertThat(server.requested()).hasSize(2);
    }
  }

  @Test
  void abortEndsABlockedRead() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    IpamdHttp http = new IpamdHttp(address);
    try (RawServer server =
        RawServer.unix(
            path,
            request -> {
              asked.countDown();
              request.hang();
            })) {
      CompletableFuture<Integer> read =
          CompletableFuture.supplyAsync(
              () -> http.get("", AMPLE.multipliedBy(4), InputStream::read));
      assertThat(asked.await(5, TimeUnit.SECONDS)).isTrue();
      http.abort();
      assertThat(read)
          .failsWithin(SOON)
          .withThrowableThat()
          .withCauseInstanceOf(IpamdException.class)
          .withMessageContaining("closed");
      assertThat(server.requested()).hasSize(1);
    }
  }

  @Test
  void writeDoesNotWaitForARead() throws Exception {
    try (ServerSocketChannel listener = listen();
        Socket socket = socket()) {
      socket.connect(new InetSocketAddress(0));
      InputStream in = socket.getInputStream();
      CompletableFuture<Integer> read = new CompletableFuture<>();
      Thread reader = new Thread(() -> read(in, read));
      reader.start();
      waitUntilBlocked(reader);
      socket.getOutputStream().write('x');
      try (SocketChannel accepted = listener.accept()) {
        assertThat(accepted.read(ByteBuffer.allocate(8))).isOne();
      }
      assertThat(read).succeedsWithin(SOON).isEqualTo(-1);
    }
  }

  private Socket socket() throws IOException {
    return new UnixSocket(path, new ReceiveLimit(1 << 20, AMPLE));
  }

  @Test
  void fileDescriptorsAreClosed() throws IOException {
    assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "Linux only");
    try (RawServer server = RawServer.unix(path, request -> request.send(OK + "\r\n" + BODY))) {
      URI nowhere = URI.create("unix:" + directory.resolve("nowhere"));
      pool(address, AMPLE);
      long before = openFiles();
      for (int i = 0; i < 200; i++) {
        pool(address, AMPLE);
        refusal(nowhere, AMPLE);
      }
      assertThat(openFiles()).isLessThan(before + 20);
      assertThat(server.requested()).hasSize(201);
    }
  }

  private void assertTimeout() {
    long start = System.nanoTime();
    assertRefusal(refusal(address, LIMIT), TIMEOUT, address, "within 0.4 s");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(LIMIT.minusMillis(50), SOON);
  }

  private ServerSocketChannel listen() throws IOException {
    return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
        .bind(UnixDomainSocketAddress.of(path), 1);
  }

  /** Linux refuses a non-blocking connect with EAGAIN when the backlog is full. */
  private void fillBacklog(List<SocketChannel> waiting) throws IOException {
    try {
      while (waiting.size() < 10) {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        waiting.add(channel);
        channel.configureBlocking(false);
        if (!channel.connect(UnixDomainSocketAddress.of(path))) {
          return;
        }
      }
    } catch (SocketException e) {
      assertThat(e).hasMessageContaining("temporarily unavailable");
    }
  }

  private static void acceptAndClose(ServerSocketChannel listener) {
    try {
      listener.accept().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void read(InputStream in, CompletableFuture<Integer> read) {
    try {
      read.complete(in.read());
    } catch (IOException e) {
      read.completeExceptionally(e);
    }
  }

  /** A thread in a native call counts as runnable, so its stack shows whether it reads. */
  private static void waitUntilBlocked(Thread thread) {
    while (Stream.of(thread.getStackTrace())
        .noneMatch(frame -> frame.isNativeMethod() && frame.getMethodName().startsWith("read"))) {
      Thread.onSpinWait();
    }
  }

  private static long openFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    }
  }
}
