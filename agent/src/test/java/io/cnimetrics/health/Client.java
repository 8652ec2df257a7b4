package io.cnimetrics.health;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Sends requests like a probe. Each request has its own connection. */
record Client(InetSocketAddress server) {
  private static final int LIMIT_MILLIS = 10_000;

  static Client of(HealthServer server)
      throws InterruptedException, ExecutionException, TimeoutException {
    return new Client(server.listening().get(5, TimeUnit.SECONDS));
  }

  Reply get(String path, String... headers) throws IOException {
    StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: node\r\n");
    List.of(headers).forEach(header -> request.append(header).append("\r\n"));
    return send(request + "\r\n");
  }

  /** Sends the bytes and reads until the server closes the connection. */
  Reply send(String bytes) throws IOException {
    try (Socket socket = connect()) {
      socket.setSoTimeout(LIMIT_MILLIS);
      socket.getOutputStream().write(bytes.getBytes(ISO_8859_1));
      return Reply.of(new String(socket.getInputStream().readAllBytes(), UTF_8));
    }
  }

  Socket connect() throws IOException {
    Socket socket = new Socket();
    socket.connect(server, LIMIT_MILLIS);
    return socket;
  }

  /** A connection on which some bytes were sent. */
  Socket begin(String bytes) throws IOException {
    Socket socket = connect();
    socket.getOutputStream().write(bytes.getBytes(ISO_8859_1));
    return socket;
  }

  /** A response; the names of headers are in lower case. */
  record Reply(int status, Map<String, String> headers, String body) {
    static Reply of(String text) {
      int end = text.indexOf("\r\n\r\n");
      if (end < 0) {
        throw new AssertionError("no answer: '" + text + "'");
      }
      List<String> head = text.substring(0, end).lines().toList();
      Map<String, String> headers = new TreeMap<>();
      for (String line : head.subList(1, head.size())) {
        String[] parts = line.split(": ", 2);
        headers.put(parts[0].toLowerCase(Locale.ROOT), parts[1]);
      }
      return new Reply(
          Integer.parseInt(head.get(0).split(" ")[1]), headers, text.substring(end + 4));
    }
  }
}
