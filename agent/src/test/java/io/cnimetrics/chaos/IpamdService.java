package io.cnimetrics.chaos;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Optional;

/**
 * Passes requests on to a simulated ipamD. During a fault it repeats the last answer and sends no
 * request to ipamD, because ipamD's record of answers contains only answers that arrived.
 */
final class IpamdService implements FaultyServer.Service {
  private final URI ipamd;
  private final HttpClient http =
      HttpClient.newBuilder().proxy(HttpClient.Builder.NO_PROXY).build();
  private volatile Reply last = new Reply(200, "text/plain", new byte[1_000]);

  IpamdService(URI ipamd) {
    this.ipamd = ipamd;
  }

  @Override
  public Reply answer(HttpExchange request, byte[] body, Optional<Kind> fault, boolean heard)
      throws IOException {
    if (fault.isEmpty()) {
      last = ask(request.getRequestURI().getPath());
    }
    return last;
  }

  @Override
  public Reply error(int status, String code) {
    return new Reply(status, "text/plain", new byte[0]);
  }

  /** A new agent would take the old totals as its first ones. */
  @Override
  public boolean repeatsAnswers() {
    return true;
  }

  private Reply ask(String path) throws IOException {
    try {
      HttpResponse<byte[]> answer =
          http.send(
              HttpRequest.newBuilder(ipamd.resolve(path)).build(), BodyHandlers.ofByteArray());
      return new Reply(answer.statusCode(), "text/plain; charset=utf-8", answer.body());
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
