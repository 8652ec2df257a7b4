package io.cnimetrics.cloudwatch;

import io.cnimetrics.aws.Ec2;
import io.cnimetrics.aws.Ec2Result;
import io.cnimetrics.aws.InstanceMetadata;
import io.cnimetrics.aws.InstanceTags;
import io.cnimetrics.aws.NodeSubnets;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;

/**
 * A program with a small heap that sends requests to one peer. Its arguments are the peer, the
 * address of the peer, and the names of the answers. For each name, the program first selects the
 * answer at the peer. Then it sends a request, which gets this answer.
 */
final class AskInLittleMemory {
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private AskInLittleMemory() {}

  public static void main(String[] arguments) throws IOException {
    URI peer = URI.create(arguments[1]);
    CloudWatchSink sink = CloudWatchSink.open("eu-west-1", InstantSource.system());
    for (String answer : List.of(arguments).subList(2, arguments.length)) {
      try (InputStream chosen = peer.resolve("/answer/" + answer).toURL().openStream()) {
        chosen.readAllBytes();
      }
      System.out.println(answer + " " + ask(arguments[0], peer, sink));
    }
  }

  private static String ask(String kind, URI peer, CloudWatchSink sink) {
    return switch (kind) {
      case "metadata" -> InstanceMetadata.at(peer).read(LIMIT).problems().toString();
      case "tags" -> text(new InstanceTags(ec2(peer)).read("i-1", "eu-west-1", LIMIT));
      case "subnets" ->
          text(
              new NodeSubnets(InstanceMetadata.fromEnvironment(), ec2(peer))
                  .read(Set.of("subnet-1"), "eu-west-1", LIMIT));
      default -> sink.put(SinkFixture.NAMESPACE, SinkFixture.datums(1), LIMIT).toString();
    };
  }

  private static Ec2 ec2(URI peer) {
    return Ec2.at(peer, AwsBasicCredentials.create("key", "secret"));
  }

  private static String text(Ec2Result<?> result) {
    return result instanceof Ec2Result.Failed<?> failed ? failed.problem().message() : "found";
  }
}
