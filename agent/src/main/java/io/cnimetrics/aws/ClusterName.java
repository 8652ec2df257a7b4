package io.cnimetrics.aws;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The cluster's name by an instance's EC2 tags, never by {@code Name}: that is the node's, and
 * would make a cluster of each node group.
 */
public final class ClusterName {
  /** Managed node groups. */
  private static final String EKS = "eks:cluster-name";

  /** Karpenter from v1 on, and Auto Mode. */
  private static final String KARPENTER = "eks:eks-cluster-name";

  private static final String KUBERNETES_PREFIX = "kubernetes.io/cluster/";
  private static final String OWN = "CLUSTER_ID";
  private static final List<String> OWNERSHIP = List.of("owned", "shared");

  /** What CloudWatch takes as the value of a dimension: 1 to 1,024 ASCII characters. */
  private static final Pattern USABLE = Pattern.compile("[ -~]{1,1024}");

  /** What a message quotes: so many names, and so much of each. */
  private static final int MOST_SHOWN = 5;

  private static final int LONGEST_SHOWN = 80;

  private ClusterName() {}

  /** What tags say about the cluster's name. */
  public sealed interface Result permits Named, Ambiguous, Unnamed {}

  /**
   * One name.
   *
   * @param tag the key of the tag that it comes from
   */
  public record Named(String name, String tag) implements Result {}

  /**
   * Several clusters claim the instance and no stronger tag decides.
   *
   * @param names at least two, sorted
   */
  public record Ambiguous(List<String> names) implements Result {
    public Ambiguous {
      names = List.copyOf(names);
      if (names.size() < 2) {
        throw new IllegalArgumentException("one name is no ambiguity: " + names);
      }
    }

    /** One line for a person: the names, and the way out. */
    public String message() {
      return "the instance's tags "
          + KUBERNETES_PREFIX
          + "<name> name several clusters ("
          + shown(names)
          + "): say which one by --cluster-id";
    }
  }

  /**
   * No tag gives a name.
   *
   * @param unusableTags keys of tags that would, were their names 1–1,024 printable ASCII
   *     characters
   */
  public record Unnamed(List<String> unusableTags) implements Result {
    public Unnamed {
      unusableTags = List.copyOf(unusableTags);
    }

    /** One line for a person: which tags were looked for, and the way out. */
    public String message() {
      return (unusableTags.isEmpty()
              ? "the instance has no tag that names its cluster (%s, %s, %s<name>, %s)"
                  .formatted(EKS, KARPENTER, KUBERNETES_PREFIX, OWN)
              : "the instance's tags name no usable cluster (1 to 1,024 printable ASCII characters): "
                  + shown(unusableTags))
          + "; give --cluster-id or AWS_CLUSTER_ID, or tag the instance with "
          + OWN;
    }
  }

  /**
   * Asks {@code eks:cluster-name}, {@code eks:eks-cluster-name}, {@code
   * kubernetes.io/cluster/<name>} with the value {@code owned} or {@code shared}, and {@code
   * CLUSTER_ID}; the first that gives a name decides. A name that is not 1–1,024 printable ASCII
   * characters, which CloudWatch would refuse, or that is blank, counts as not given.
   *
   * @param tags all tags of the instance, or those that {@link #mayName} knows
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
    // No half of a character.
    boolean cut = Character.isHighSurrogate(name.charAt(LONGEST_SHOWN - 1));
    return name.substring(0, cut ? LONGEST_SHOWN - 1 : LONGEST_SHOWN) + "…";
  }

  /** Whether a tag of this key can give the cluster's name. */
  public static boolean mayName(String key) {
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
    tags.forEach(
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
    boolean usable = USABLE.matcher(name).matches() && !name.isBlank();
    if (!usable) {
      unusable.add(key);
    }
    return usable;
  }
}
