package io.cnimetrics.aws;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeTagsResponse;
import software.amazon.awssdk.services.ec2.model.Filter;

/** Reads this instance's tags that can name the cluster, with EC2's {@code DescribeTags}. */
public record InstanceTags(Ec2 ec2) {
  /** An instance has at most 50 tags and some tags of AWS, which fit into one page. */
  private static final int MOST_PAGES = 5;

  /**
   * Sends one request, without a retry. Blocks up to the limit. Returns the tags that can name the
   * cluster, or an empty map if the instance has no such tag.
   *
   * @param limit the limit of the whole call, including the search for credentials
   */
  public Ec2Result<Map<String, String>> read(String instanceId, String region, Duration limit) {
    Ec2Request request =
        new Ec2Request(
            "ec2:DescribeTags of %s in %s".formatted(instanceId, region),
            "allow the agent's role ec2:DescribeTags",
            "better, set --cluster-id or AWS_CLUSTER_ID: this avoids EC2 calls and saves memory");
    return ec2.send(request, region, limit, client -> tags(client, instanceId));
  }

  private static Map<String, String> tags(Ec2Client ec2, String instanceId) {
    Map<String, String> tags = new HashMap<>();
    Optional<String> page = Optional.empty();
    for (int pages = 0; pages < MOST_PAGES; pages++) {
      DescribeTagsResponse answer = page(ec2, instanceId, page);
      answer.tags().stream()
          .filter(tag -> ClusterName.mayName(tag.key()))
          .forEach(tag -> tags.put(tag.key(), tag.value()));
      page = Optional.ofNullable(answer.nextToken()).filter(token -> !token.isEmpty());
      if (page.isEmpty()) {
        return Map.copyOf(tags);
      }
    }
    throw Ec2.unexpected("the response has over " + MOST_PAGES + " pages of tags");
  }

  private static DescribeTagsResponse page(
      Ec2Client ec2, String instanceId, Optional<String> token) {
    DescribeTagsResponse answer =
        ec2.describeTags(
            request -> {
              request.filters(Filter.builder().name("resource-id").values(instanceId).build());
              token.ifPresent(request::nextToken);
            });
    // The SDK accepts any XML as an answer without tags, even the error page of a proxy.
    if (!answer.hasTags()) {
      throw Ec2.unexpected("the response has no set of tags");
    }
    return answer;
  }
}
