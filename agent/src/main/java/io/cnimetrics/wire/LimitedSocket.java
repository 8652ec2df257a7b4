package io.cnimetrics.wire;

import java.io.IOException;
import java.io.InputStream;
import java.net.Proxy;
import java.net.Socket;

/** An unconnected TCP socket with a {@link ReceiveLimit}. Never uses a SOCKS proxy. */
public final class LimitedSocket extends Socket {
  private final ReceiveLimit limit;

  public LimitedSocket(ReceiveLimit limit) {
    super(Proxy.NO_PROXY);
    this.limit = limit;
  }

  @Override
  public InputStream getInputStream() throws IOException {
    return limit.on(super.getInputStream());
  }
}
