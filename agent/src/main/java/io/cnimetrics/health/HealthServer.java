package io.cnimetrics.health;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code /livez}, {@code /readyz} and further pages over HTTP. If the address cannot be
 * bound, the server tries again. The rest of the agent does not depend on the server.
 */
public final class HealthServer implements AutoCloseable {
  /** The environment variable with the name of the agent's pod. */
  public static final String POD = "POD_NAME";

  /**
   * An idle connection uses about 0.9 kB of heap. Connections above the limit are closed at once.
   */
  private static final int MOST_CONNECTIONS = 1100;

  private static final Path PROCESS_LIMITS = Path.of("/proc/self/limits");
  private static final Pattern OPEN_FILES = Pattern.compile("Max open files +([0-9]{1,9}) .*");

  /** Limits of the JDK's server, which can be set only as system properties. */
  private static final Map<String, String> LIMITS =
      Map.of(
          // Connections without a request are closed after 5 to 10 s. The server checks for them
          // every 5 s. A check each second would use a tenth of an idle agent's CPU time.
          "sun.net.httpserver.idleInterval", "5",
          "sun.net.httpserver.clockTick", "5000",
          "jdk.httpserver.maxConnections", String.valueOf(mostConnections(PROCESS_LIMITS)),
          // The default is 380 kB. With the default limit, eight requests would fill a small heap.
          "sun.net.httpserver.maxReqHeaderSize", "16384",
          // A response needs two writes. Without this setting, the second write waits until the
          // client has acknowledged the first write.
          "sun.net.httpserver.nodelay", "true");

  static {
    // The server's classes read these properties when they are loaded. User settings are kept.
    LIMITS.forEach(System.getProperties()::putIfAbsent);
  }

  private static final Logger log = LoggerFactory.getLogger(HealthServer.class);
  private static final Duration RETRY_INTERVAL = Duration.ofSeconds(10);
  private static final int MOST_NOT_YET_ACCEPTED = 1024;

  private final InetSocketAddress address;
  private final Optional<String> pod;
  private final Map<String, Page> pages;
  private final Supplier<AgentHealth> health;
  private final Map<String, Page> morePages;
  private final Duration retryInterval;
  private final ClientThreads threads = new ClientThreads();
  private final CompletableFuture<InetSocketAddress> listening = new CompletableFuture<>();
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * All attempts to bind use this one server, because the JDK never frees the sockets of an unbound
   * server.
   */
  private Optional<HttpServer> server = Optional.empty();

  /** A second server, which listens on 127.0.0.1 if the first server does not. */
  private Optional<HealthServer> onLoopback = Optional.empty();

  /**
   * @param address the address to listen on. Its name need not be resolved. Port 0 means any free
   *     port
   * @param pod the name of the agent's pod, if it is known. Each response has this name, because
   *     pods with the host network share their ports
   * @param health returns the current health at each probe
   * @param morePages the other pages by path
   */
  public HealthServer(
      InetSocketAddress address,
      Optional<String> pod,
      Supplier<AgentHealth> health,
      Map<String, Page> morePages) {
    this(address, pod, health, morePages, RETRY_INTERVAL);
  }

  HealthServer(
      InetSocketAddress address,
      Optional<String> pod,
      Supplier<AgentHealth> health,
      Map<String, Page> morePages,
      Duration retryInterval) {
    this.address = address;
    this.pod = pod;
    this.health = health;
    this.morePages = morePages;
    this.retryInterval = retryInterval;
    Map<String, Page> all = new LinkedHashMap<>();
    all.put("/livez", new Probe("/livez", () -> health.get().notLive()));
    all.put("/readyz", new Probe("/readyz", () -> health.get().notReady()));
    all.putAll(morePages);
    this.pages = Collections.unmodifiableMap(all);
  }

  /**
   * Starts to listen as soon as the address can be bound. This call never blocks and never fails.
   */
  public void start() {
    // The threads that the server starts become daemon threads, because this thread is one.
    ClientThreads.thread(this::listenWithRetries).start();
  }

  /**
   * The future completes with the bound address. It never completes if the server is closed before
   * that.
   */
  CompletableFuture<InetSocketAddress> listening() {
    return listening.copy();
  }

  /** Closes all connections. Responses in progress are cut off. */
  @Override
  public synchronized void close() {
    if (closed.getCount() == 0) {
      return;
    }
    closed.countDown();
    server.ifPresent(open -> open.stop(0));
    onLoopback.ifPresent(HealthServer::close);
    threads.stop();
  }

  private void listenWithRetries() {
    boolean logged = false;
    try {
      do {
        try {
          listen(resolved());
          return;
        } catch (IOException e) {
          if (!logged) {
            logFailure(e);
            logged = true;
          }
        }
      } while (!closed.await(retryInterval.toMillis(), MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void logFailure(IOException e) {
    log.error(
        "health address={} cannot be bound: {}; free the address, or set another address with"
            + " --health-address (HEALTH_ADDRESS). The agent tries again every {} s, and its other"
            + " parts work as usual",
        shown(address),
        e.getMessage(),
        retryInterval.toSeconds());
  }

  private InetSocketAddress resolved() throws IOException {
    InetSocketAddress now = new InetSocketAddress(address.getHostString(), address.getPort());
    if (now.isUnresolved()) {
      throw new IOException("unknown host");
    }
    return now;
  }

  private synchronized void listen(InetSocketAddress resolved) throws IOException {
    if (closed.getCount() == 0) {
      return;
    }
    HttpServer unbound = server.isPresent() ? server.get() : HttpServer.create();
    server = Optional.of(unbound);
    unbound.bind(resolved, MOST_NOT_YET_ACCEPTED);
    unbound.createContext("/", new Handler(pages, pod));
    unbound.setExecutor(threads);
    unbound.start();
    log.info("health address={} pages={}", shown(unbound.getAddress()), pages.keySet());
    listening.complete(unbound.getAddress());
    InetAddress bound = unbound.getAddress().getAddress();
    if (!bound.isLoopbackAddress()
        && !bound.isAnyLocalAddress()
        && pages.values().stream().anyMatch(Page::onlyForThisNode)) {
      InetSocketAddress loopback =
          InetSocketAddress.createUnresolved("127.0.0.1", unbound.getAddress().getPort());
      onLoopback = Optional.of(new HealthServer(loopback, pod, health, morePages, retryInterval));
      onLoopback.get().start();
    }
  }

  private static String shown(InetSocketAddress address) {
    String host = address.getHostString();
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
  }

  /**
   * The maximum number of connections of each of the two servers. At least half of the process's
   * file descriptors stay free for polls and sends. A container can have a limit of 1,024
   * descriptors.
   */
  static int mostConnections(Path processLimits) {
    try (Stream<String> lines = Files.lines(processLimits)) {
      return lines
          .map(OPEN_FILES::matcher)
          .filter(Matcher::matches)
          .mapToInt(limit -> Integer.parseInt(limit.group(1)) / 4)
          .reduce(MOST_CONNECTIONS, Math::min);
    } catch (IOException | UncheckedIOException e) {
      return MOST_CONNECTIONS;
    }
  }

  /**
   * Serves a probe's result. Logs each change of the result, because the kubelet's events do not
   * contain the reason.
   */
  private static final class Probe implements Page {
    private final String path;
    private final Supplier<List<String>> complaints;
    private final AtomicReference<Optional<Boolean>> last = new AtomicReference<>(Optional.empty());

    /**
     * @param complaints one line for each fault, with its remedy; empty if the probe passes
     */
    Probe(String path, Supplier<List<String>> complaints) {
      this.path = path;
      this.complaints = complaints;
    }

    @Override
    public Response get(String accept) {
      List<String> now = complaints.get();
      boolean good = now.isEmpty();
      boolean changed = last.getAndSet(Optional.of(good)).filter(was -> was != good).isPresent();
      if (changed && good) {
        log.info("probe={} good=true", path);
      } else if (changed) {
        log.warn("probe={} good=false complaints={}", path, now);
      }
      return good
          ? Response.text(Response.OK, "ok\n")
          : Response.text(Response.UNAVAILABLE, String.join("\n", now) + "\n");
    }
  }
}
