package io.cnimetrics.health;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.cnimetrics.health.Page.Response;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves pages by exact path. Only GET is supported. Each response closes its connection. */
final class Handler implements HttpHandler {
  private static final Logger log = LoggerFactory.getLogger(Handler.class);

  private static final String FORBIDDEN =
      "%s answers only requests from loopback addresses; run 'cni-metrics-agent status' in the"
          + " agent's pod%n";

  private static final Pattern POD_NAME = Pattern.compile("[a-z0-9.-]{1,253}");

  private final Map<String, Page> pages;
  private final Optional<String> pod;

  /**
   * @param pod the name of the agent's pod, if it is known
   */
  Handler(Map<String, Page> pages, Optional<String> pod) {
    this.pages = pages;
    this.pod = pod.filter(name -> POD_NAME.matcher(name).matches());
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    Response response = response(exchange);
    exchange.getResponseHeaders().set("Content-Type", response.contentType());
    exchange.getResponseHeaders().set("Connection", "close");
    pod.ifPresent(name -> exchange.getResponseHeaders().set("Pod-Name", name));
    if (response.status() == Response.METHOD_NOT_ALLOWED) {
      exchange.getResponseHeaders().set("Allow", "GET");
    }
    byte[] body = response.body().getBytes(UTF_8);
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(response.status(), head ? -1 : body.length);
    if (!head) {
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }

  private Response response(HttpExchange exchange) {
    if (!exchange.getRequestMethod().equals("GET")) {
      return Response.text(Response.METHOD_NOT_ALLOWED, "only GET is supported\n");
    }
    String path = exchange.getRequestURI().getPath();
    Page page = pages.get(path);
    if (page == null) {
      return unknown(path);
    }
    boolean fromElsewhere = !exchange.getRemoteAddress().getAddress().isLoopbackAddress();
    return page.onlyForThisNode() && fromElsewhere
        ? Response.text(Response.FORBIDDEN, FORBIDDEN.formatted(path))
        : get(path, page, accept(exchange));
  }

  private Response unknown(String path) {
    String remedy =
        path.equals(MetricsPage.PATH) ? "; /metrics needs --prometheus=true (USE_PROMETHEUS)" : "";
    return Response.text(
        Response.NOT_FOUND,
        "no such page; the pages are %s%s\n".formatted(String.join(", ", pages.keySet()), remedy));
  }

  private static Response get(String path, Page page, String accept) {
    try {
      return page.get(accept);
    } catch (RuntimeException | StackOverflowError e) {
      // Without this response, the JDK's server would close the connection and send nothing.
      log.error("path={} failed", path, e);
      return Response.text(Response.INTERNAL_ERROR, "this page failed: see the agent's log\n");
    }
  }

  /** Joins several {@code Accept} headers of a request into one header. */
  private static String accept(HttpExchange exchange) {
    return String.join(
        ",", Objects.requireNonNullElse(exchange.getRequestHeaders().get("Accept"), List.of()));
  }
}
