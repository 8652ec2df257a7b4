package io.cnimetrics.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.cnimetrics.aws.ClusterName.Ambiguous;
import io.cnimetrics.aws.ClusterName.Named;
import io.cnimetrics.aws.ClusterName.Result;
import io.cnimetrics.aws.ClusterName.Unnamed;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Source;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ClusterNameTest {
  private static final String EKS = "eks:cluster-name";
  private static final String KARPENTER = "eks:eks-cluster-name";
  private static final String OWN = "CLUSTER_ID";
  private static final String A = "kubernetes.io/cluster/a";
  private static final String B = "kubernetes.io/cluster/b";

  @ParameterizedTest
  @MethodSource
  void tagsGiveTheAnswer(Map<String, String> tags, Result answer) {
    assertThat(ClusterName.of(tags)).isEqualTo(answer);
  }

  static Stream<Arguments> tagsGiveTheAnswer() {
    String longest = "x".repeat(1_024);
    return Stream.of(
        arguments(Map.of(), new Unnamed(List.of())),
        arguments(Map.of("Name", "node-1"), new Unnamed(List.of())),
        arguments(Map.of(EKS, "e"), new Named("e", EKS)),
        arguments(Map.of(KARPENTER, "k"), new Named("k", KARPENTER)),
        arguments(Map.of(A, "owned"), new Named("a", A)),
        arguments(Map.of(A, "shared"), new Named("a", A)),
        arguments(Map.of(OWN, "c"), new Named("c", OWN)),
        // Each tag has priority over the next tag.
        arguments(Map.of(EKS, "e", KARPENTER, "k", A, "owned", OWN, "c"), new Named("e", EKS)),
        arguments(Map.of(KARPENTER, "k", A, "owned", OWN, "c"), new Named("k", KARPENTER)),
        arguments(Map.of(A, "owned", OWN, "c"), new Named("a", A)),
        // Two clusters are an error if no tag of higher priority decides.
        arguments(Map.of(B, "owned", A, "shared"), new Ambiguous(List.of("a", "b"))),
        arguments(Map.of(A, "owned", B, "owned", OWN, "c"), new Ambiguous(List.of("a", "b"))),
        arguments(Map.of(A, "owned", B, "owned", EKS, "e"), new Named("e", EKS)),
        // A tag with another value than "owned" or "shared" does not name a cluster.
        arguments(Map.of(A, "owned", B, "no"), new Named("a", A)),
        arguments(Map.of(A, "Owned", OWN, "c"), new Named("c", OWN)),
        arguments(Map.of(A, ""), new Unnamed(List.of())),
        // Names that CloudWatch does not accept.
        arguments(Map.of(EKS, longest), new Named(longest, EKS)),
        arguments(Map.of(EKS, longest + "x"), new Unnamed(List.of(EKS))),
        arguments(Map.of(EKS, "", OWN, "c"), new Named("c", OWN)),
        arguments(Map.of(EKS, " "), new Unnamed(List.of(EKS))),
        arguments(Map.of(OWN, "c "), new Unnamed(List.of(OWN))),
        arguments(Map.of(OWN, "a c"), new Named("a c", OWN)),
        arguments(Map.of(KARPENTER, "é"), new Unnamed(List.of(KARPENTER))),
        arguments(Map.of(OWN, "a\nb"), new Unnamed(List.of(OWN))),
        arguments(
            Map.of("kubernetes.io/cluster/", "owned"),
            new Unnamed(List.of("kubernetes.io/cluster/"))),
        arguments(Map.of("kubernetes.io/cluster/é", "owned", A, "owned"), new Named("a", A)));
  }

  @Test
  void ambiguityNamesTheClustersAndTheRemedy() {
    assertThat(new Ambiguous(List.of("a", "b")).problem(Source.IMDS).message())
        .contains("a, b", "--cluster-id", "kubernetes.io/cluster/");
  }

  @Test
  void messageQuotesFewNamesAndShortensThem() {
    List<String> names =
        IntStream.range(10, 60).mapToObj(i -> i + "n".repeat(77) + "😀".repeat(400)).toList();

    for (Problem problem :
        List.of(new Ambiguous(names).problem(Source.EC2), new Unnamed(names).problem(Source.EC2))) {
      assertThat(problem.message())
          .contains("10" + "n".repeat(77) + "…, 11n", " and 45 more", "--cluster-id")
          .doesNotContain("15n");
      assertThat(problem.message().length()).isLessThan(800);
    }
  }

  @Test
  void oneNameIsNotAmbiguous() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Ambiguous(List.of("a")));
  }

  @ParameterizedTest
  @CsvSource({
    "eks:cluster-name,true",
    "eks:eks-cluster-name,true",
    "kubernetes.io/cluster/x,true",
    "CLUSTER_ID,true",
    "cluster_id,false",
    "Name,false",
    "eks:nodegroup-name,false"
  })
  void onlyTagsThatMayNameTheClusterAreRead(String key, boolean may) {
    assertThat(ClusterName.mayName(key)).isEqualTo(may);
  }
}
