package io.cnimetrics.imagetest;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Stand-ins for the parts of AWS that the agent calls, on free ports of the loopback address. */
final class Aws implements AutoCloseable {
  private final ExecutorService threads = Executors.newCachedThreadPool(Aws::daemon);
  private final List<HttpServer> servers = new ArrayList<>();
  private final CloudWatch cloudWatch = new CloudWatch();
  private final Certificates certificates;
  private final Map<String, String> environment;

  /**
   * @param directory for keys and certificates
   * @param runtime the Java runtime; clients also trust its certificate authorities
   */
  Aws(Path directory, Path runtime) throws IOException {
    this.certificates = Certificates.make(directory, runtime);
    HttpsConfigurator tls = certificates.server();
    this.environment =
        Map.of(
            "AWS_ENDPOINT_URL_CLOUDWATCH", https(cloudWatch, tls),
            "AWS_ENDPOINT_URL_EC2", https(new Ec2(), tls),
            "AWS_EC2_METADATA_SERVICE_ENDPOINT", http(new Metadata()));
  }

  /** Environment variables that make the AWS SDK call these stand-ins. */
  Map<String, String> environment() {
    return environment;
  }

  /** Options that make the agent trust the certificates. */
  List<String> options() {
    return certificates.options();
  }

  CloudWatch cloudWatch() {
    return cloudWatch;
  }

  @Override
  public void close() {
    servers.forEach(server -> server.stop(0));
    threads.shutdownNow();
  }

  private String https(HttpHandler handler, HttpsConfigurator tls) throws IOException {
    HttpsServer server = HttpsServer.create(anyPort(), 0);
    server.setHttpsConfigurator(tls);
    return "https://localhost:" + start(server, handler);
  }

  private String http(HttpHandler handler) throws IOException {
    return "http://127.0.0.1:" + start(HttpServer.create(anyPort(), 0), handler);
  }

  private int start(HttpServer server, HttpHandler handler) {
    server.createContext("/", handler);
    server.setExecutor(threads);
    server.start();
    servers.add(server);
    return server.getAddress().getPort();
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    return thread;
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }
}
