package io.cnimetrics.aws;

import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Finds the cluster's name in an instance's EC2 tags. The tag {@code Name} is not used, because it
 * often names the node group and not the cluster.
 */
public final class ClusterName {
  /** Managed node groups set this tag. */
  private static final String EKS = "eks:cluster-name";

  /** Karpenter (from v1 on) and Auto Mode set this tag. */
  private static final String KARPENTER = "eks:eks-cluster-name";

  private static final String KUBERNETES_PREFIX = "kubernetes.io/cluster/";
  private static final String OWN = "CLUSTER_ID";
  private static final List<String> OWNERSHIP = List.of("owned", "shared");

  /**
   * CloudWatch's limit for a dimension value is 1 to 1,024 ASCII characters. As in the settings, a
   * name neither starts nor ends with a space.
   */
  private static final Pattern USABLE = Pattern.compile("[!-~]([ -~]{0,1022}[!-~])?");

  /** The maximum number of names that a message quotes. */
  private static final int MOST_SHOWN = 5;

  /** The maximum length of a quoted name, in characters. */
  private static final int LONGEST_SHOWN = 80;

  private ClusterName() {}

  /** The result of the search for the cluster's name in tags. */
  public sealed interface Result permits Named, Ambiguous, Unnamed {}

  /**
   * The tags contain exactly one name of a cluster.
   *
   * @param tag the key of the tag with the name
   */
  public record Named(String name, String tag) implements Result {}

  /**
   * Several tags of the same priority name different clusters.
   *
   * @param names at least two names, in alphabetical order
   */
  public record Ambiguous(List<String> names) implements Result {
    public Ambiguous {
      names = List.copyOf(names);
      if (names.size() < 2) {
        throw new IllegalArgumentException("an ambiguous result needs at least 2 names: " + names);
      }
    }

    /**
     * Returns a problem that lists the names and the remedy.
     *
     * @param source the source of the tags
     */
    public Problem problem(Source source) {
      return new Problem(
          source,
          Reason.MISMATCH,
          "the instance's tags %s<name> name several clusters (%s)"
              .formatted(KUBERNETES_PREFIX, shown(names)),
          "set --cluster-id");
    }
  }

  /**
   * No tag contains a usable name of a cluster.
   *
   * @param unusableTags the keys of tags with a name that CloudWatch does not accept, see {@link
   *     #of}
   */
  public record Unnamed(List<String> unusableTags) implements Result {
    public Unnamed {
      unusableTags = List.copyOf(unusableTags);
    }

    /**
     * Returns a problem that lists the unusable tags, or the expected tags if no tag is unusable.
     *
     * @param source the source of the tags
     */
    public Problem problem(Source source) {
      String fact =
          unusableTags.isEmpty()
              ? "the instance has no tag that names its cluster (%s, %s, %s<name>, %s)"
                  .formatted(EKS, KARPENTER, KUBERNETES_PREFIX, OWN)
              : "the instance's tags name no usable cluster (1 to 1,024 printable ASCII"
                  + " characters, without a space at the start or the end): "
                  + shown(unusableTags);
      return new Problem(
          source,
          Reason.NOT_FOUND,
          fact,
          "set --cluster-id or AWS_CLUSTER_ID, or tag the instance with " + OWN);
    }
  }

  /**
   * Checks {@code eks:cluster-name}, {@code eks:eks-cluster-name}, {@code
   * kubernetes.io/cluster/<name>} with the value {@code owned} or {@code shared}, and {@code
   * CLUSTER_ID}, in this order. The result is the first usable name. Names that CloudWatch refuses
   * are ignored: CloudWatch accepts 1–1,024 printable ASCII characters. Names with a space at the
   * start or the end are ignored too.
   *
   * @param tags all tags of the instance, or only the tags that {@link #mayName} accepts
   */
  public static Result of(Map<String, String> tags) {
    List<String> unusable = new ArrayList<>();
    return byValue(EKS, tags, unusable)
        .or(() -> byValue(KARPENTER, tags, unusable))
        .or(() -> byOwnership(tags, unusable))
        .or(() -> byValue(OWN, tags, unusable))
        .orElseGet(() -> new Unnamed(unusable));
  }

  private static String shown(List<String> names) {
    String first =
        names.stream()
            .limit(MOST_SHOWN)
            .map(ClusterName::shortened)
            .collect(Collectors.joining(", "));
    return names.size() > MOST_SHOWN
        ? "%s and %d more".formatted(first, names.size() - MOST_SHOWN)
        : first;
  }

  private static String shortened(String name) {
    if (name.length() <= LONGEST_SHOWN) {
      return name;
    }
    // The cut must not separate the two chars of a surrogate pair.
    boolean cut = Character.isHighSurrogate(name.charAt(LONGEST_SHOWN - 1));
    return name.substring(0, cut ? LONGEST_SHOWN - 1 : LONGEST_SHOWN) + "…";
  }

  /** Whether a tag with this key can contain the cluster's name. */
  static boolean mayName(String key) {
    return key.equals(EKS)
        || key.equals(KARPENTER)
        || key.startsWith(KUBERNETES_PREFIX)
        || key.equals(OWN);
  }

  private static Optional<Result> byValue(
      String key, Map<String, String> tags, List<String> unusable) {
    return Optional.ofNullable(tags.get(key))
        .filter(name -> isUsable(name, key, unusable))
        .map(name -> new Named(name, key));
  }

  private static Optional<Result> byOwnership(Map<String, String> tags, List<String> unusable) {
    TreeSet<String> names = new TreeSet<>();
    new TreeMap<>(tags)
        .forEach(
            (key, value) -> {
              if (key.startsWith(KUBERNETES_PREFIX) && OWNERSHIP.contains(value)) {
                String name = key.substring(KUBERNETES_PREFIX.length());
                if (isUsable(name, key, unusable)) {
                  names.add(name);
                }
              }
            });
    if (names.size() > 1) {
      return Optional.of(new Ambiguous(List.copyOf(names)));
    }
    return names.stream().<Result>map(name -> new Named(name, KUBERNETES_PREFIX + name)).findAny();
  }

  private static boolean isUsable(String name, String key, List<String> unusable) {
    boolean usable = USABLE.matcher(name).matches();
    if (!usable) {
      unusable.add(key);
    }
    return usable;
  }
}
