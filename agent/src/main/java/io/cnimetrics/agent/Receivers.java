package io.cnimetrics.agent;

import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.config.Otlp;
import io.cnimetrics.health.AgentStatus.ReceiverStatus;
import io.cnimetrics.publish.Receiver;
import io.cnimetrics.publish.Sender;
import io.cnimetrics.wire.UrlSecrets;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The services to which the settings send metrics. */
record Receivers(AgentConfig config) {
  Set<Receiver> inUse() {
    Set<Receiver> inUse = EnumSet.noneOf(Receiver.class);
    if (config.cloudwatch()) {
      inUse.add(Receiver.CLOUDWATCH);
    }
    if (config.otlp().isPresent()) {
      inUse.add(Receiver.OTLP);
    }
    return inUse;
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
