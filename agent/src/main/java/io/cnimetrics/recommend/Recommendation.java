package io.cnimetrics.recommend;

import static io.cnimetrics.text.Json.object;

import io.cnimetrics.text.Json;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The result of {@code recommend}.
 *
 * @param cluster the name of the cluster, if the data has it
 * @param from the first minute of the data
 * @param until the last minute of the data
 * @param known the share of the nodes' minutes for which there is data
 * @param nodes the mean number of nodes
 * @param targets the targets for all nodes; empty if the data does not suffice
 * @param wholeUnits the target in whole ENIs or prefixes with which ipamD refuses no pod
 * @param idle the mean number of idle addresses of the cluster in the time of the data
 * @param idleThen the mean number of idle addresses of the cluster, if the targets were set
 * @param change whether the targets release enough addresses to justify a change
 * @param busiestMinute the most pods of the cluster that started or ended in one minute
 * @param verdict one or more sentences that say what to do
 */
public record Recommendation(
    Optional<String> cluster,
    Instant from,
    Instant until,
    double known,
    double nodes,
    Optional<Targets> targets,
    Optional<WholeUnits> wholeUnits,
    double idle,
    double idleThen,
    long busiestMinute,
    String verdict,
    boolean change,
    List<Group> groups,
    List<String> notes,
    List<SubnetTrend> subnets) {

  /**
   * Two commands that set the targets. Each command is a list of lines. The second command is for
   * the add-on of EKS, which overwrites the values of the first command. The second command keeps
   * the other values of the add-on's configuration. If it cannot read these values, it changes
   * nothing.
   *
   * @return no command if {@code change} is false
   */
  List<List<String>> commands() {
    if (!change) {
      return List.of();
    }
    Targets set = targets.orElseThrow();
    String name = "--cluster-name '%s'".formatted(cluster.orElse("CLUSTER").replace("'", "'\\''"));
    return List.of(
        List.of(
            "kubectl -n kube-system set env daemonset/aws-node",
            "WARM_IP_TARGET=%d MINIMUM_IP_TARGET=%d".formatted(set.warmIp(), set.minimumIp())),
        List.of(
            "ADDON=\"$(aws eks describe-addon --addon-name vpc-cni",
            name + " --output json)\" &&",
            "VALUES=\"$(printf %s \"$ADDON\"",
            "| jq -ce '.addon.configurationValues // \"{}\" | fromjson'",
            "| jq -c '. * {env:{WARM_IP_TARGET:\"%d\",MINIMUM_IP_TARGET:\"%d\"}}')\" &&"
                .formatted(set.warmIp(), set.minimumIp()),
            "test -n \"$VALUES\" &&",
            "aws eks update-addon --addon-name vpc-cni " + name,
            "--resolve-conflicts PRESERVE --configuration-values \"$VALUES\"",
            "$(printf %s \"$ADDON\" | jq -r '.addon.serviceAccountRoleArn | values'",
            "| sed 's/^/--service-account-role-arn /')"));
  }

  /** Writes one JSON document, followed by a line end. A field without a value is absent. */
  public String json() {
    return Json.entryPerLine(
        object(
            "cluster", cluster,
            "from", from.toString(),
            "until", until.toString(),
            "knownShare", rounded(known),
            "nodes", rounded(nodes),
            "verdict", verdict,
            "change", change,
            "targets", targets.map(Recommendation::json),
            "wholeUnits", wholeUnits.map(WholeUnits::json),
            "idle", rounded(idle),
            "idleThen", targets.map(any -> rounded(idleThen)),
            "freed", targets.map(any -> rounded(freed())),
            "busiestMinute", busiestMinute,
            "groups", groups.stream().map(Group::json).toList(),
            "subnets", subnets.stream().map(Recommendation::json).toList(),
            "notes", notes,
            "commands", commands().stream().map(parts -> String.join(" ", parts)).toList()));
  }

  private static Map<String, Object> json(Targets targets) {
    return object("WARM_IP_TARGET", targets.warmIp(), "MINIMUM_IP_TARGET", targets.minimumIp());
  }

  private static Map<String, Object> json(SubnetTrend subnet) {
    return object(
        "subnetId", subnet.subnetId(),
        "free", subnet.free(),
        "lostPerDay", subnet.lostPerDay().map(Recommendation::rounded),
        "emptyAt", subnet.emptyAt().map(Object::toString));
  }

  private static double rounded(double value) {
    return Math.rint(value * 1000) / 1000;
  }

  /**
   * How many addresses the targets release on average; negative if the pods need more addresses.
   */
  public double freed() {
    return idle - idleThen;
  }

  /**
   * One node group.
   *
   * @param nodes the number of different nodes in the time of the data
   * @param mostAssigned the most addresses that the pods of one node held
   * @param idle the mean number of idle addresses of one node
   * @param idleThen the mean number of idle addresses of one node with the cluster's targets, if
   *     any
   * @param own the targets that would be best if the cluster had only this group
   * @param maxPods the largest value of max pods with which each pod gets an address
   */
  public record Group(
      String name,
      int nodes,
      int mostAssigned,
      double idle,
      Optional<Double> idleThen,
      Optional<Targets> own,
      int maxPods) {
    Map<String, Object> json() {
      return object(
          "name", name,
          "nodes", nodes,
          "mostAssigned", mostAssigned,
          "idle", rounded(idle),
          "idleThen", idleThen.map(Recommendation::rounded),
          "alone", own.map(Recommendation::json),
          "maxPods", maxPods);
    }
  }

  /**
   * Targets in whole ENIs or prefixes. ipamD uses targets in whole units only if no target in
   * addresses is set.
   *
   * @param targets the values of {@code WARM_ENI_TARGET}, {@code WARM_PREFIX_TARGET} or both
   * @param idleAtLeast the mean number of addresses of the cluster that always stay idle
   */
  public record WholeUnits(Map<String, Integer> targets, double idleAtLeast) {
    private Map<String, Object> json() {
      Map<String, Object> fields = new LinkedHashMap<>(targets);
      fields.put("idleAtLeast", rounded(idleAtLeast));
      return fields;
    }
  }

  /**
   * ipamD's targets for the warm pool, for all nodes of a cluster.
   *
   * @param warmIp {@code WARM_IP_TARGET}, the number of available addresses
   * @param minimumIp {@code MINIMUM_IP_TARGET}, the least number of addresses; 0 if unset
   */
  public record Targets(int warmIp, int minimumIp) {}
}
