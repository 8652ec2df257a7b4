package io.cnimetrics.ipamd;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/** A factory of sockets that OkHttp connects. OkHttp calls no other method. */
abstract class UnconnectedSockets extends SocketFactory {
  @Override
  public abstract Socket createSocket() throws IOException;

  @Override
  public Socket createSocket(String host, int port) {
    return unsupported();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
    return unsupported();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) {
    return unsupported();
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
    return unsupported();
  }

  private static Socket unsupported() {
    throw new UnsupportedOperationException("OkHttp creates unconnected sockets only");
  }
}
