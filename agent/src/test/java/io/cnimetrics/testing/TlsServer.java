package io.cnimetrics.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A TLS server in place of AWS. It answers every request with status 200. Its certificate is for
 * names of AWS in us-east-1 and for names under {@code private.test}, which no DNS server knows.
 */
public final class TlsServer implements AutoCloseable {
  private static final String PASSWORD = "changeit";

  private final Path trustStore;
  private final SSLContext context;
  private final HttpsServer server;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final Map<String, String> bodies = new ConcurrentHashMap<>();

  /**
   * @param directory receives the key store and the trust store
   */
  public TlsServer(Path directory) throws IOException, GeneralSecurityException {
    KeyStore keys = newKey(directory.resolve("key.p12"));
    trustStore = directory.resolve("trust.p12");
    writeTrustStore(keys, trustStore);
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    context = context(keys);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          requests.add(
              "%s %s%s %s"
                  .formatted(
                      exchange.getRequestMethod(),
                      exchange.getRequestHeaders().getFirst("Host"),
                      exchange.getRequestURI(),
                      exchange.getRequestHeaders().keySet()));
          byte[] body = body(exchange.getRequestHeaders().getFirst("Host"));
          exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  /** Answers requests to hosts whose name starts with a text. */
  public TlsServer answering(String host, String body) {
    bodies.put(host, body);
    return this;
  }

  private byte[] body(String host) {
    return bodies.entrySet().stream()
        .filter(known -> host.startsWith(known.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("")
        .getBytes(UTF_8);
  }

  /** System properties of a process that trusts this server. */
  public Map<String, String> trustProperties() {
    return Map.of(
        "javax.net.ssl.trustStore",
        trustStore.toString(),
        "javax.net.ssl.trustStorePassword",
        PASSWORD);
  }

  /** The context of this server, with its certificate. */
  public SSLContext keys() {
    return context;
  }

  /** A context of clients in this process that trust only this server. */
  public SSLContext trusting() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(trustStore.toFile(), PASSWORD.toCharArray());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  /** The address of this server as an IP address, for which the certificate is not valid. */
  public URI address() {
    return URI.create("https://127.0.0.1:" + server.getAddress().getPort());
  }

  /** A URL with a name for which the certificate is valid. */
  public String url(String service) {
    return "https://%s.private.test:%d".formatted(service, server.getAddress().getPort());
  }

  /** Method, host, path and header names of each request. */
  public List<String> requests() {
    return requests;
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private static KeyStore newKey(Path file) throws IOException, GeneralSecurityException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    String options =
        "-genkeypair -alias tls -keyalg EC -dname CN=private.test -storetype PKCS12"
            + " -ext san=dns:*.private.test,dns:*.us-east-1.amazonaws.com,dns:*.us-east-1.api.aws"
            + " -validity 2";
    command.addAll(List.of(options.split(" ")));
    command.addAll(List.of("-storepass", PASSWORD, "-keystore", file.toString()));
    try {
      Process keytool = new ProcessBuilder(command).inheritIO().start();
      if (keytool.waitFor() != 0) {
        throw new IOException("keytool failed");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD.toCharArray());
    }
    return store;
  }

  private static SSLContext context(KeyStore store) throws GeneralSecurityException {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  private static void writeTrustStore(KeyStore keys, Path file)
      throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("tls", keys.getCertificate("tls"));
    try (OutputStream out = Files.newOutputStream(file)) {
      trusted.store(out, PASSWORD.toCharArray());
    }
  }
}
