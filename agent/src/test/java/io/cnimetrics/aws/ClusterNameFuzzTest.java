package io.cnimetrics.aws;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.cnimetrics.aws.ClusterName.Ambiguous;
import io.cnimetrics.aws.ClusterName.Named;
import io.cnimetrics.aws.ClusterName.Result;
import io.cnimetrics.aws.ClusterName.Unnamed;
import io.cnimetrics.config.Parsers;
import io.cnimetrics.snapshot.Source;
import java.util.HashMap;
import java.util.Map;

/** For any tags, the result is a problem or a name that the settings accept too. */
class ClusterNameFuzzTest {
  private static final String[] KEYS = {
    "eks:cluster-name", "eks:eks-cluster-name", "kubernetes.io/cluster/", "CLUSTER_ID", "Name"
  };
  private static final String[] VALUES = {"owned", "shared", ""};

  /** Longer than the longest allowed name. */
  private static final int LONGEST = 1_100;

  @FuzzTest
  void tagsGiveANameOrAReason(FuzzedDataProvider data) {
    Map<String, String> tags = new HashMap<>();
    while (data.remainingBytes() > 0) {
      String key =
          data.pickValue(KEYS) + (data.consumeBoolean() ? data.consumeString(LONGEST) : "");
      tags.put(key, data.consumeBoolean() ? data.pickValue(VALUES) : data.consumeString(LONGEST));
    }

    Result answer = ClusterName.of(tags);

    if (answer instanceof Named named) {
      assertThat(Parsers.clusterId(named.name())).isEqualTo(named.name());
      assertThat(tags).containsKey(named.tag());
    } else if (answer instanceof Ambiguous ambiguous) {
      assertThat(ambiguous.names()).hasSizeGreaterThan(1).isSorted().doesNotHaveDuplicates();
      ambiguous.names().forEach(Parsers::clusterId);
      assertThat(ambiguous.problem(Source.IMDS).remedy()).contains("--cluster-id");
    } else {
      Unnamed unnamed = (Unnamed) answer;
      assertThat(tags.keySet()).containsAll(unnamed.unusableTags());
      assertThat(unnamed.problem(Source.EC2).remedy()).contains("--cluster-id");
    }
  }
}
