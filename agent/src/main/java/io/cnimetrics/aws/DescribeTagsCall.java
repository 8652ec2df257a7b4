package io.cnimetrics.aws;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeTagsResponse;
import software.amazon.awssdk.services.ec2.model.Filter;

/** Calls {@code DescribeTags} for an instance; keeps the tags that can name its cluster. */
record DescribeTagsCall(String instanceId) implements Function<Ec2Client, Map<String, String>> {
  /** An instance has at most 50 tags besides the AWS ones; they fit into one page. */
  private static final int MOST_PAGES = 5;

  @Override
  public Map<String, String> apply(Ec2Client ec2) {
    Map<String, String> tags = new HashMap<>();
    Optional<String> page = Optional.empty();
    for (int pages = 0; pages < MOST_PAGES; pages++) {
      DescribeTagsResponse answer = page(ec2, page);
      answer.tags().stream()
          .filter(tag -> ClusterName.mayName(tag.key()))
          .forEach(tag -> tags.put(tag.key(), tag.value()));
      page = Optional.ofNullable(answer.nextToken()).filter(token -> !token.isEmpty());
      if (page.isEmpty()) {
        return tags;
      }
    }
    throw Ec2.unexpected("over " + MOST_PAGES + " pages of tags");
  }

  private DescribeTagsResponse page(Ec2Client ec2, Optional<String> token) {
    DescribeTagsResponse answer =
        ec2.describeTags(
            request -> {
              request.filters(Filter.builder().name("resource-id").values(instanceId).build());
              token.ifPresent(request::nextToken);
            });
    // The SDK accepts any XML, such as a proxy's page, as an answer without tags.
    if (!answer.hasTags()) {
      throw Ec2.unexpected("the response has no set of tags");
    }
    return answer;
  }
}
