package io.cnimetrics.aws;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.cnimetrics.testing.SystemProperties;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;

@ResourceLock(Resources.SYSTEM_PROPERTIES)
class AuthoritiesTest {
  private static final String PASSWORD = "password";
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  @TempDir static Path directory;

  private static final SystemProperties PROPERTIES = new SystemProperties();
  private static final List<HttpsServer> SERVERS = new ArrayList<>();
  private static URI ofFirst = URI.create("unset:/");
  private static URI ofSecond = URI.create("unset:/");
  private static URI ofStranger = URI.create("unset:/");
  private static URI ofOtherName = URI.create("unset:/");

  /** Two authorities are trusted beside all those of the JDK, a third one is not. */
  @BeforeAll
  static void startServers() throws Exception {
    Path jdk = Path.of(System.getProperty("java.home"), "lib", "security", "cacerts");
    Path trust = Files.copy(jdk, directory.resolve("trust.p12"));
    ofFirst = serve("first", "localhost", trust);
    ofSecond = serve("second", "localhost", trust);
    ofStranger = serve("stranger", "localhost", directory.resolve("untrusted.p12"));
    ofOtherName = serve("other-name", "monitoring.example.com", trust);
    PROPERTIES.set(
        Map.of(
            "javax.net.ssl.trustStore",
            trust.toString(),
            "javax.net.ssl.trustStorePassword",
            "changeit"));
  }

  @AfterAll
  static void stopServers() {
    SERVERS.forEach(server -> server.stop(0));
    PROPERTIES.close();
  }

  private final SdkHttpClient http = AwsHttp.builder(TIMEOUT, TIMEOUT).build();

  @Test
  void serverOfTrustedAuthorityIsTalkedTo() throws IOException {
    assertThat(get(ofFirst)).isEqualTo(200);
    assertThat(get(ofFirst)).isEqualTo(200);
  }

  @Test
  void serverMayComeWithAnotherTrustedAuthorityLater() throws IOException {
    assertThat(get(ofFirst)).isEqualTo(200);
    assertThat(get(ofSecond)).isEqualTo(200);
    assertThat(get(ofFirst)).isEqualTo(200);
  }

  @Test
  void serverOfUnknownAuthorityIsRefusedBeforeAndAfterOthers() throws IOException {
    assertRefused(ofStranger, "unable to find valid certification path");
    assertThat(get(ofFirst)).isEqualTo(200);
    assertRefused(ofStranger, "unable to find valid certification path");
    assertThat(get(ofFirst)).isEqualTo(200);
  }

  @Test
  void serverWithCertificateOfAnotherNameIsRefused() {
    assertRefused(ofOtherName, "localhost");
  }

  private void assertRefused(URI server, String message) {
    assertThatThrownBy(() -> get(server))
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining(message);
  }

  private int get(URI server) throws IOException {
    SdkHttpRequest request = SdkHttpRequest.builder().method(SdkHttpMethod.GET).uri(server).build();
    return http.prepareRequest(HttpExecuteRequest.builder().request(request).build())
        .call()
        .httpResponse()
        .statusCode();
  }

  /** A server whose certificate an authority of its own has signed; the store gets to know it. */
  private static URI serve(String name, String host, Path trust) throws Exception {
    Path keys = directory.resolve(name + ".p12");
    keytool(keys, PASSWORD, "-genkeypair -alias authority -keyalg EC -ext bc:c -dname CN=" + name);
    keytool(
        keys,
        PASSWORD,
        "-genkeypair -alias server -keyalg EC -signer authority -dname CN=server -ext san=dns:"
            + host);
    keytool(keys, PASSWORD, "-exportcert -alias authority -file authority.pem");
    keytool(trust, "changeit", "-importcert -file authority.pem -noprompt -alias " + name);
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context(keys)));
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    SERVERS.add(server);
    return URI.create("https://localhost:" + server.getAddress().getPort() + "/");
  }

  private static SSLContext context(Path keys) throws Exception {
    try (InputStream file = Files.newInputStream(keys)) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(file, PASSWORD.toCharArray());
      // The authority's own key must not answer for the server.
      store.deleteEntry("authority");
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, PASSWORD.toCharArray());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(factory.getKeyManagers(), null, null);
      return context;
    }
  }

  private static void keytool(Path store, String password, String arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments.split(" ")));
    command.addAll(List.of("-keystore", store.toString(), "-storepass", password));
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as("%s: %s", command, output).isZero();
  }
}
