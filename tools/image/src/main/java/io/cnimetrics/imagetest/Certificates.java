package io.cnimetrics.imagetest;

import com.sun.net.httpserver.HttpsConfigurator;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A server's certificate and its authority, both with RSA keys like AWS. The trust store has this
 * authority and all authorities of the runtime, because their memory is measured too.
 */
final class Certificates {
  /** Used only for stores of this run. The JDK's own store has the same password. */
  private static final String PASSWORD = "changeit";

  private final Path directory;
  private final Path keys;
  private final Path trust;

  private Certificates(Path directory) {
    this.directory = directory;
    this.keys = directory.resolve("keys.p12");
    this.trust = directory.resolve("trust.p12");
  }

  static Certificates make(Path directory, Path runtime) throws IOException {
    Certificates made = new Certificates(directory);
    made.makeServer();
    made.makeTrust(runtime.resolve("lib/security/cacerts"));
    return made;
  }

  /** Returns options that make the agent trust the certificates. */
  List<String> options() {
    return List.of(
        "-Djavax.net.ssl.trustStore=" + trust, "-Djavax.net.ssl.trustStorePassword=" + PASSWORD);
  }

  /** Returns the TLS context of the server. */
  HttpsConfigurator server() throws IOException {
    try (InputStream file = Files.newInputStream(keys)) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(file, PASSWORD.toCharArray());
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, PASSWORD.toCharArray());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(factory.getKeyManagers(), null, null);
      return new HttpsConfigurator(context);
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot use " + keys, e);
    }
  }

  private void makeServer() throws IOException {
    keytool(keys, "-genkeypair -alias authority -keyalg RSA -dname CN=authority -ext bc:c");
    keytool(keys, "-genkeypair -alias server -keyalg RSA -dname CN=localhost");
    keytool(keys, "-certreq -alias server -file request.pem");
    keytool(
        keys,
        "-gencert -alias authority -ext san=dns:localhost -infile request.pem -outfile server.pem");
    keytool(keys, "-importcert -alias server -file server.pem -noprompt");
    keytool(keys, "-exportcert -alias authority -file authority.pem");
  }

  private void makeTrust(Path authorities) throws IOException {
    Files.copy(authorities, trust, StandardCopyOption.REPLACE_EXISTING);
    keytool(trust, "-importcert -alias stand-in -file authority.pem -noprompt");
  }

  private void keytool(Path store, String arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments.split(" ")));
    command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD));
    Running.toItsEnd(new ProcessBuilder(command).directory(directory.toFile()));
  }
}
