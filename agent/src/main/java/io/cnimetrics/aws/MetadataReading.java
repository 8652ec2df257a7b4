package io.cnimetrics.aws;

import static io.cnimetrics.snapshot.Source.IMDS;

import io.cnimetrics.deadline.BoundedCall;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import software.amazon.awssdk.imds.Ec2MetadataClient;

/** One reading of instance metadata. The result has all values that were read before the limit. */
final class MetadataReading {
  static final String THREAD = "instance-metadata";

  private static final String ROOT = "/latest/meta-data/";
  private static final String TYPE = "instance-type";
  private static final String REGION = "placement/region";
  private static final String ID = "instance-id";
  private static final String ZONE = "placement/availability-zone";
  private static final String TAGS = "tags/instance";

  /**
   * The form of all values except the tags. An error page of another HTTP server does not match.
   */
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9._-]{1,255}");

  private final MetadataService service;
  private final Map<String, String> words = new HashMap<>();
  private final Map<String, String> tags = new HashMap<>();
  private final List<Problem> problems = new ArrayList<>();

  MetadataReading(UnaryOperator<Ec2MetadataClient.Builder> endpoint) {
    this.service = new MetadataService(endpoint);
  }

  /** Reads until the limit, and returns the values that were read before the limit. */
  InstanceMetadata.Result read(Duration limit) {
    try {
      return BoundedCall.start(THREAD, limit, this::readAll).result();
    } catch (TimeoutException e) {
      service.stop();
      String fact = e.getMessage() + ", last request " + service.last();
      return known(List.of(problem(Reason.TIMEOUT, fact)));
    }
  }

  private InstanceMetadata.Result readAll() {
    try (service) {
      // The most important value is first, because the limit can end the reading at any time.
      for (String path : List.of(TYPE, REGION, ID, ZONE)) {
        readWord(path);
      }
      readTags();
      return known(List.of());
    } catch (MetadataService.Failed e) {
      // The failure is returned and not stored, because after the limit the failure only shows that
      // this thread was interrupted.
      return known(List.of(problem(e.reason(), e.fact())));
    }
  }

  private void readWord(String path) {
    value(ROOT + path, WORD.asMatchPredicate(), "")
        .ifPresent(word -> store(words, Map.of(path, word)));
  }

  private void readTags() {
    // Missing tags are not a problem, because few instances have tags in instance metadata.
    String keys = service.get(ROOT + TAGS).orElse("");
    if (keys.length() > MetadataService.MAX_BODY_BYTES) {
      report(service.unusable(keys));
      return;
    }
    Map<String, String> read = new HashMap<>();
    keys.lines().map(String::strip).filter(ClusterName::mayName).forEach(key -> readTag(key, read));
    // Stores all tags at once. If the time limit ends the reading earlier, no tag is stored,
    // because a part of the tags can name a wrong cluster.
    store(tags, read);
  }

  private void readTag(String key, Map<String, String> into) {
    String path = ROOT + TAGS + "/" + encoded(key);
    value(path, MetadataReading::isText, ", although the list of tags contains this tag")
        .ifPresent(tag -> into.put(key, tag));
  }

  /** Returns the value at a path. Reports a problem if the value is missing or unusable. */
  private Optional<String> value(String path, Predicate<String> usable, String ifMissing) {
    Optional<String> body = service.get(path).map(String::strip);
    if (body.isEmpty()) {
      report(Reason.NOT_FOUND, service.last() + " was answered with status 404" + ifMissing);
    } else if (!usable.test(body.get())) {
      report(service.unusable(body.get()));
    }
    return body.filter(usable);
  }

  /** The value of a tag may be empty and may contain letters of any language. */
  private static boolean isText(String value) {
    return value.length() <= MetadataService.MAX_BODY_BYTES
        && value.codePoints().noneMatch(c -> Character.isISOControl(c) || c == 0xFFFD);
  }

  private static String encoded(String key) {
    try {
      return new URI(null, null, "/" + key, null).toASCIIString().substring(1);
    } catch (URISyntaxException e) {
      throw new IllegalStateException("a quoted path is always valid: " + key, e);
    }
  }

  private synchronized void store(Map<String, String> into, Map<String, String> read) {
    into.putAll(read);
  }

  private void report(MetadataService.Failed failure) {
    report(failure.reason(), failure.fact());
  }

  private synchronized void report(Reason reason, String whatHappened) {
    problems.add(problem(reason, whatHappened));
  }

  private static Problem problem(Reason reason, String whatHappened) {
    return new Problem(IMDS, reason, whatHappened, remedy(reason));
  }

  /**
   * Returns the values and problems stored so far, and the given problem that ended the reading.
   */
  private synchronized InstanceMetadata.Result known(List<Problem> end) {
    return new InstanceMetadata.Result(
        new Instance(word(ID), word(TYPE), word(REGION), word(ZONE), tags),
        Stream.concat(problems.stream(), end.stream()).toList());
  }

  private Optional<String> word(String path) {
    return Optional.ofNullable(words.get(path));
  }

  private static String remedy(Reason reason) {
    String cause =
        switch (reason) {
          case UNREACHABLE ->
              "check that this is an EC2 instance and that pods can reach instance metadata;"
                  + " if not, set AWS_EC2_METADATA_DISABLED=true and ";
          case TIMEOUT ->
              "with a hop limit of 1, answers do not reach pods outside the host network; use the"
                  + " host network, raise the hop limit to 2, or ";
          case DENIED ->
              "instance metadata is switched off for this instance, or access is blocked; ";
          case BAD_STATUS -> "instance metadata has a fault or throttles; if this persists, ";
          default ->
              "the answer may not come from instance metadata; check"
                  + " AWS_EC2_METADATA_SERVICE_ENDPOINT, or ";
        };
    return cause + "set --region and --cluster-id";
  }
}
