package io.cnimetrics.agent;

import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.config.Otlp;
import io.cnimetrics.health.AgentStatus.ReceiverStatus;
import io.cnimetrics.publish.Receiver;
import io.cnimetrics.publish.Sender;
import io.cnimetrics.wire.UrlSecrets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The services to which the settings send metrics. */
record Receivers(AgentConfig config) {
  List<Receiver> inUse() {
    return Stream.of(Receiver.values())
        .filter(
            receiver ->
                receiver == Receiver.CLOUDWATCH ? config.cloudwatch() : config.otlp().isPresent())
        .toList();
  }

  /** The region or the URL of a receiver, as a key and a value for log messages. */
  Map.Entry<String, String> where(Receiver receiver, String region) {
    return config
        .otlp()
        .filter(any -> receiver == Receiver.OTLP)
        .flatMap(Receivers::shownUrl)
        .map(url -> Map.entry("url", url))
        .orElseGet(() -> Map.entry("region", region));
  }

  ReceiverStatus status(
      Receiver receiver, Optional<String> region, Optional<Sender.Answers> answers) {
    boolean cloudWatch = receiver == Receiver.CLOUDWATCH;
    return new ReceiverStatus(
        receiver.label().toLowerCase(Locale.ROOT),
        region,
        Optional.of(config.namespace()).filter(any -> cloudWatch),
        config.otlp().filter(any -> !cloudWatch).map(otlp -> shownUrl(otlp).orElse("cloudwatch")),
        answers);
  }

  /** The receiver's URL without its query, which can be a secret. */
  private static Optional<String> shownUrl(Otlp otlp) {
    return otlp.url().map(url -> UrlSecrets.hiddenIn(url.toString()));
  }
}
