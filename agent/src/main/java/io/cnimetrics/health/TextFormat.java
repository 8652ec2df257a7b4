package io.cnimetrics.health;

import io.cnimetrics.health.Page.Response;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The text formats that Prometheus reads. */
enum TextFormat {
  OPEN_METRICS(OpenMetricsTextFormatWriter.create(), "application/openmetrics-text", "1.0.0"),
  PROMETHEUS(PrometheusTextFormatWriter.create(), "text/plain", "0.0.4");

  private static final Pattern VERSION = Pattern.compile(";\\s*version=\"?([^\";\\s]*)");
  private static final Pattern QUALITY = Pattern.compile(";\\s*q=(\\d(?:\\.\\d{0,3})?)");

  private final ExpositionFormatWriter writer;
  private final String mediaType;
  private final String version;

  TextFormat(ExpositionFormatWriter writer, String mediaType, String version) {
    this.writer = writer;
    this.mediaType = mediaType;
    this.version = version;
  }

  /**
   * Chooses OpenMetrics if the client accepts OpenMetrics and does not prefer the older text
   * format.
   */
  static TextFormat of(String accept) {
    double openMetrics = OPEN_METRICS.quality(accept);
    return openMetrics > 0 && openMetrics >= PROMETHEUS.quality(accept) ? OPEN_METRICS : PROMETHEUS;
  }

  Response write(MetricSnapshots metrics) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try {
      writer.write(text, metrics);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Response(
        Response.OK, writer.getContentType(), text.toString(StandardCharsets.UTF_8));
  }

  /** The weight of this format in an {@code Accept} header, from 0 (not accepted) to 1. */
  private double quality(String accept) {
    double most = 0;
    for (String range : accept.toLowerCase(Locale.ROOT).split(",", -1)) {
      if (range.split(";", 2)[0].strip().equals(mediaType) && isOurVersion(range)) {
        most = Math.max(most, quality(QUALITY.matcher(range)));
      }
    }
    return most;
  }

  private boolean isOurVersion(String range) {
    Matcher asked = VERSION.matcher(range);
    return !asked.find() || asked.group(1).equals(version);
  }

  private static double quality(Matcher given) {
    return given.find() ? Double.parseDouble(given.group(1)) : 1;
  }
}
