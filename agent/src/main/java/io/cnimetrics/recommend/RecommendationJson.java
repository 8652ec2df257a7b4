package io.cnimetrics.recommend;

import static io.cnimetrics.text.Json.object;

import io.cnimetrics.recommend.Recommendation.Group;
import io.cnimetrics.recommend.Recommendation.WholeUnits;
import io.cnimetrics.text.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a recommendation as JSON. A field without a value is absent. */
public final class RecommendationJson {
  private RecommendationJson() {}

  /** Writes one document, followed by a line end. */
  public static String of(Recommendation found) {
    return Json.entryPerLine(
        object(
            "cluster", found.cluster(),
            "from", found.from().toString(),
            "until", found.until().toString(),
            "knownShare", rounded(found.known()),
            "nodes", rounded(found.nodes()),
            "verdict", found.verdict(),
            "change", found.change(),
            "targets", found.targets().map(RecommendationJson::targets),
            "wholeUnits", found.wholeUnits().map(RecommendationJson::wholeUnits),
            "idle", rounded(found.idle()),
            "idleThen", found.targets().map(targets -> rounded(found.idleThen())),
            "freed", found.targets().map(targets -> rounded(found.freed())),
            "busiestMinute", found.busiestMinute(),
            "groups", found.groups().stream().map(RecommendationJson::group).toList(),
            "subnets", found.subnets().stream().map(RecommendationJson::subnet).toList(),
            "notes", found.notes(),
            "commands",
                found.change()
                    ? List.of(
                        String.join(" ", found.setCommand()),
                        String.join(" ", found.addonCommand()))
                    : List.of()));
  }

  private static Map<String, Object> wholeUnits(WholeUnits units) {
    Map<String, Object> fields = new LinkedHashMap<>(units.targets());
    fields.put("idleAtLeast", rounded(units.idleAtLeast()));
    return fields;
  }

  private static Map<String, Object> targets(Targets targets) {
    return object("WARM_IP_TARGET", targets.warmIp(), "MINIMUM_IP_TARGET", targets.minimumIp());
  }

  private static Map<String, Object> group(Group group) {
    return object(
        "name", group.name(),
        "nodes", group.nodes(),
        "mostAssigned", group.mostAssigned(),
        "idle", rounded(group.idle()),
        "idleThen", group.idleThen().map(RecommendationJson::rounded),
        "alone", group.own().map(RecommendationJson::targets),
        "maxPods", group.maxPods());
  }

  private static Map<String, Object> subnet(SubnetTrend subnet) {
    return object(
        "subnetId", subnet.subnetId(),
        "free", subnet.free(),
        "lostPerDay", subnet.lostPerDay().map(RecommendationJson::rounded),
        "emptyAt", subnet.emptyAt().map(Object::toString));
  }

  private static double rounded(double value) {
    return Math.rint(value * 1000) / 1000;
  }
}
