package io.cnimetrics.imagetest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/** {@code PutMetricData} as Smithy RPC v2 with CBOR; what is put is not looked at. */
final class CloudWatch implements HttpHandler {
  /** A map without entries. */
  private static final byte[] NOTHING = {(byte) 0xA0};

  private final AtomicInteger taken = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private volatile boolean throttling;

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("smithy-protocol", "rpc-v2-cbor");
    if (throttling) {
      Reply.send(exchange, 400, "application/cbor", throttled());
      refused.incrementAndGet();
    } else {
      Reply.send(exchange, 200, "application/cbor", NOTHING);
      taken.incrementAndGet();
    }
  }

  /** How many requests have been answered with 200. */
  int taken() {
    return taken.get();
  }

  /** How many requests have been refused. */
  int refused() {
    return refused.get();
  }

  /** Refuses all requests from now on, or takes them again. */
  void setThrottling(boolean isThrottling) {
    throttling = isThrottling;
  }

  /** {@code {"__type": "ThrottlingException"}}. */
  private static byte[] throttled() {
    byte[] type = "__type".getBytes(UTF_8);
    byte[] value = "ThrottlingException".getBytes(UTF_8);
    byte[] map = new byte[1 + 1 + type.length + 1 + value.length];
    map[0] = (byte) 0xA1;
    map[1] = (byte) (0x60 + type.length);
    System.arraycopy(type, 0, map, 2, type.length);
    map[2 + type.length] = (byte) (0x60 + value.length);
    System.arraycopy(value, 0, map, 3 + type.length, value.length);
    return map;
  }
}
