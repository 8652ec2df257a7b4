package io.cnimetrics.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** The pages that an agent serves on a port of this machine. */
public final class HealthPages {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().proxy(HttpClient.Builder.NO_PROXY).build();

  private static final int LEAST_PORT = 12_000;

  /** The first port of the range from which Linux by default chooses free ports. */
  private static final int LEAST_EPHEMERAL_PORT = 32_768;

  private final int port;

  private HealthPages(int port) {
    this.port = port;
  }

  /** Chooses a free port below the range from which Linux chooses ports for other processes. */
  public static HealthPages onFreePort() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(LEAST_PORT, LEAST_EPHEMERAL_PORT);
      try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return new HealthPages(free.getLocalPort());
      } catch (IOException e) {
        // The port is in use.
      }
    }
  }

  public int port() {
    return port;
  }

  /** The value of {@code --health-address}. */
  public String address() {
    return "127.0.0.1:" + port;
  }

  /** The current page; empty if nothing listens on the port. */
  public Optional<HttpResponse<String>> get(String path) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + address() + path))
            .timeout(Duration.ofSeconds(5))
            .build();
    try {
      return Optional.of(HTTP.send(request, BodyHandlers.ofString()));
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Waits until the page has this status, and returns its body. */
  public String await(String path, int status, Duration limit) {
    List<String> bodies = new ArrayList<>();
    Eventually.holds(
        "status " + status + " at " + path,
        limit,
        () -> {
          get(path)
              .filter(page -> page.statusCode() == status)
              .ifPresent(page -> bodies.add(page.body()));
          return !bodies.isEmpty();
        });
    return bodies.get(0);
  }
}
