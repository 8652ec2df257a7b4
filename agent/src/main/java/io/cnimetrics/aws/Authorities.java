package io.cnimetrics.aws;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import javax.security.auth.x500.X500Principal;

/**
 * Trusts the authorities that the JVM trusts: those of {@code javax.net.ssl.trustStore}, or else
 * the JDK's own. It keeps only the few that a server's certificates name, because all 150 take a
 * megabyte of heap; the others are read again when a server comes with others.
 *
 * <p>Certificates are checked by the JDK, which looks for an authority by these names, too.
 */
final class Authorities extends X509ExtendedTrustManager {
  private volatile Optional<X509ExtendedTrustManager> kept = Optional.empty();

  /** As the SDK wants them. */
  static TrustManager[] trustManagers() {
    return new TrustManager[] {new Authorities()};
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String keyType)
      throws CertificateException {
    check(chain, manager -> manager.checkServerTrusted(chain, keyType));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String keyType, Socket socket)
      throws CertificateException {
    check(chain, manager -> manager.checkServerTrusted(chain, keyType, socket));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String keyType, SSLEngine engine)
      throws CertificateException {
    check(chain, manager -> manager.checkServerTrusted(chain, keyType, engine));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String keyType) {
    throw noServer();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String keyType, Socket socket) {
    throw noServer();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String keyType, SSLEngine engine) {
    throw noServer();
  }

  /** What a server would tell its clients. */
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }

  private void check(X509Certificate[] chain, Check check) throws CertificateException {
    if (kept.isPresent()) {
      try {
        check.by(kept.get());
        return;
      } catch (CertificateException e) {
        // A server may come with another authority than before: all of them have the last word.
      }
    }
    X509ExtendedTrustManager fitting = fitting(chain);
    check.by(fitting);
    kept = Optional.of(fitting);
  }

  private static X509ExtendedTrustManager fitting(X509Certificate[] chain)
      throws CertificateException {
    try {
      X509ExtendedTrustManager all = manager(Optional.empty());
      List<X509Certificate> named = named(chain, all);
      // Without any, the refusal is for all to give.
      return named.isEmpty() ? all : manager(Optional.of(store(named)));
    } catch (GeneralSecurityException | IOException e) {
      throw new CertificateException("the JVM's trusted authorities cannot be read: " + e, e);
    }
  }

  /** Authorities that signed one of the certificates, or that one of them stands for. */
  private static List<X509Certificate> named(X509Certificate[] chain, X509TrustManager all) {
    Set<X500Principal> names = new HashSet<>();
    for (X509Certificate certificate : chain) {
      names.add(certificate.getIssuerX500Principal());
      names.add(certificate.getSubjectX500Principal());
    }
    List<X509Certificate> named = new ArrayList<>();
    for (X509Certificate authority : all.getAcceptedIssuers()) {
      if (names.contains(authority.getSubjectX500Principal())) {
        named.add(authority);
      }
    }
    return named;
  }

  private static KeyStore store(List<X509Certificate> authorities)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    for (X509Certificate authority : authorities) {
      store.setCertificateEntry("authority-" + store.size(), authority);
    }
    return store;
  }

  /** The JDK's manager of a store, or of the JVM's own. */
  private static X509ExtendedTrustManager manager(Optional<KeyStore> store)
      throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store.orElse(null));
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager extended) {
        return extended;
      }
    }
    throw new GeneralSecurityException(factory.getAlgorithm() + " has no manager for TLS");
  }

  private static UnsupportedOperationException noServer() {
    return new UnsupportedOperationException("this side is always the client");
  }

  /** What the JDK is asked. */
  private interface Check {
    void by(X509ExtendedTrustManager manager) throws CertificateException;
  }
}
