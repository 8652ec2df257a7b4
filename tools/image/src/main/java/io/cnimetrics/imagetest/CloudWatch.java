package io.cnimetrics.imagetest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Answers OTLP, and {@code PutMetricData} as Smithy RPC v2 with CBOR, without reading the datums.
 */
final class CloudWatch implements HttpHandler {
  /** A map without entries. */
  private static final byte[] NOTHING = {(byte) 0xA0};

  private final AtomicInteger accepted = new AtomicInteger();
  private final AtomicInteger throttled = new AtomicInteger();
  private volatile boolean throttling;

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    if (exchange.getRequestURI().getPath().equals("/v1/metrics")) {
      Reply.send(exchange, 200, "application/x-protobuf", new byte[0]);
      return;
    }
    exchange.getResponseHeaders().set("smithy-protocol", "rpc-v2-cbor");
    if (throttling) {
      Reply.send(exchange, 400, "application/cbor", throttlingError());
      throttled.incrementAndGet();
    } else {
      Reply.send(exchange, 200, "application/cbor", NOTHING);
      accepted.incrementAndGet();
    }
  }

  /** Returns the number of requests that were answered with 200. */
  int accepted() {
    return accepted.get();
  }

  /** Returns the number of throttled requests. */
  int throttled() {
    return throttled.get();
  }

  /** Throttles all requests from now on, or accepts them again. */
  void setThrottling(boolean isThrottling) {
    throttling = isThrottling;
  }

  /** {@code {"__type": "ThrottlingException"}}. */
  private static byte[] throttlingError() {
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
