package io.cnimetrics.cloudwatch;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** The server's side of TLS. */
final class LocalTls {
  /** The password of the key store. The key store exists only for one run. */
  private static final char[] PASSWORD = "benchmark".toCharArray();

  private final KeyManager[] keys;
  private final SSLContext context;
  private final boolean resumes;

  /**
   * @param resumes whether clients may resume a session
   */
  LocalTls(Path keyStore, boolean resumes) throws IOException {
    this.resumes = resumes;
    try (InputStream file = Files.newInputStream(keyStore)) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(file, PASSWORD);
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, PASSWORD);
      this.keys = factory.getKeyManagers();
      this.context = newContext();
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot use " + keyStore, e);
    }
  }

  Socket on(Socket plain) throws IOException {
    try {
      // A new context has no sessions to resume.
      SSLContext server = resumes ? context : newContext();
      SSLSocket secured =
          (SSLSocket)
              server
                  .getSocketFactory()
                  .createSocket(plain, plain.getInetAddress().getHostAddress(), 0, true);
      secured.setUseClientMode(false);
      return secured;
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private SSLContext newContext() throws GeneralSecurityException {
    SSLContext made = SSLContext.getInstance("TLS");
    made.init(keys, null, null);
    return made;
  }
}
