package io.cnimetrics.chaos;

import com.sun.net.httpserver.HttpExchange;
import io.cnimetrics.cloudwatch.Cbor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/** Simulates CloudWatch for one node, and records each datum that it accepts. */
final class CloudWatchService implements FaultyServer.Service {
  /** The metric that {@link Kind#INVALID_DATUM} rejects. */
  static final String INVALID_METRIC = "podENIErr";

  private static final int LARGE_DATUMS = 50;
  private static final byte[] NOTHING = {(byte) 0xa0};

  /** With {@link Kind#TRICKLE} a body of this size arrives in a minute. */
  private static final int SLOW_BYTES = 300;

  private static final Pattern KEY = Pattern.compile("Credential=" + Metadata.KEY + "(\\d+)/");

  private static final Duration FUTURE = Duration.ofHours(2);
  private static final Duration PAST = Duration.ofDays(14);

  private final InstantSource clock;
  private final List<Put> puts = new ArrayList<>();
  private volatile int oldestKey;

  /**
   * @param clock the clock for the check of timestamps; datums that are too old or in the future
   *     are refused
   */
  CloudWatchService(InstantSource clock) {
    this.clock = clock;
  }

  /** From now on, rejects all keys of instance metadata with a lower number. */
  void refuseKeysBelow(int number) {
    oldestKey = number;
  }

  /** All datums accepted so far, in the order of arrival. */
  synchronized List<Put> puts() {
    return List.copyOf(puts);
  }

  @Override
  public synchronized Reply answer(
      HttpExchange request, byte[] body, Optional<Kind> fault, boolean heard) throws IOException {
    Matcher key =
        KEY.matcher(
            Optional.ofNullable(request.getRequestHeaders().getFirst("Authorization")).orElse(""));
    if (key.find() && Integer.parseInt(key.group(1)) < oldestKey) {
      return error(Kind.EXPIRED_TOKEN.status(), Kind.EXPIRED_TOKEN.code());
    }
    boolean zipped = "gzip".equals(request.getRequestHeaders().getFirst("Content-Encoding"));
    List<Put> datums = datums(zipped ? unzipped(body) : body, heard);
    if (fault.filter(kind -> objects(kind, datums)).isPresent()) {
      return error(fault.get().status(), fault.get().code());
    }
    if (datums.stream().anyMatch(this::isFarOff)) {
      return error(Kind.INVALID_DATUM.status(), Kind.INVALID_DATUM.code());
    }
    puts.addAll(datums);
    boolean slow = fault.equals(Optional.of(Kind.TRICKLE));
    return reply(200, slow ? new byte[SLOW_BYTES] : NOTHING);
  }

  private boolean isFarOff(Put put) {
    Instant now = clock.instant();
    return put.minute().isAfter(now.plus(FUTURE)) || put.minute().isBefore(now.minus(PAST));
  }

  @Override
  public Reply error(int status, String code) {
    return code.isEmpty()
        ? Reply.page(status)
        : reply(status, Cbor.error(code, "error of the schedule"));
  }

  private static boolean objects(Kind kind, List<Put> datums) {
    return switch (kind) {
      case TOO_LARGE -> datums.size() > LARGE_DATUMS;
      case INVALID_DATUM -> datums.stream().anyMatch(put -> put.metric().equals(INVALID_METRIC));
      default -> false;
    };
  }

  private static Reply reply(int status, byte[] body) {
    return new Reply(status, "application/cbor", body);
  }

  private static byte[] unzipped(byte[] body) throws IOException {
    try (GZIPInputStream plain = new GZIPInputStream(new ByteArrayInputStream(body))) {
      return plain.readAllBytes();
    }
  }

  private static List<Put> datums(byte[] body, boolean heard) throws IOException {
    Instant now = Instant.now();
    List<Put> read = new ArrayList<>();
    if (Cbor.read(body) instanceof Map<?, ?> request
        && request.get("MetricData") instanceof List<?> datums) {
      for (Object datum : datums) {
        Map<String, Object> fields = new HashMap<>();
        ((Map<?, ?>) datum).forEach((name, value) -> fields.put((String) name, value));
        read.add(
            new Put(
                now,
                heard,
                Instant.ofEpochSecond(((Number) field(fields, "Timestamp")).longValue()),
                (String) field(fields, "MetricName"),
                ((Number) field(fields, "Value")).doubleValue()));
      }
    }
    return read;
  }

  private static Object field(Map<String, Object> datum, String name) throws IOException {
    return Optional.ofNullable(datum.get(name))
        .orElseThrow(() -> new IOException("no " + name + " in " + datum));
  }
}
