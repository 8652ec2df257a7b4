package io.cnimetrics.cloudwatch;

import io.cnimetrics.testing.RawServer;
import io.cnimetrics.testing.RawServer.Answer;
import io.cnimetrics.testing.RawServer.Request;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Answers each request with the next script. Scripts can break the rules of HTTP. */
final class RawCloudWatch implements Closeable {
  static final String OK = "HTTP/1.1 200 OK\r\nContent-Type: application/cbor\r\n";

  private final Queue<Answer> scripts;
  private final RawServer server;
  private final String url;

  /**
   * @param first each of these scripts answers one request. All later requests are accepted
   */
  RawCloudWatch(Answer... first) throws IOException {
    scripts = new ConcurrentLinkedQueue<>(List.of(first));
    server = new RawServer(this::answer);
    url = server.address().toString();
  }

  /** Adds scripts, each of which answers one request. */
  void plan(Answer... next) {
    scripts.addAll(List.of(next));
  }

  String url() {
    return url;
  }

  /** The heads of all requests whose whole body arrived. */
  List<String> heads() {
    return server.heads();
  }

  /** Discards the remaining scripts, so that all later requests are accepted. */
  void acceptAll() {
    scripts.clear();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }

  private void answer(Request request) throws IOException, InterruptedException {
    Answer script = scripts.poll();
    if (script == null) {
      request.send(OK + "Content-Length: 0\r\n\r\n");
      request.stayOpen();
    } else {
      script.to(request);
    }
  }
}
