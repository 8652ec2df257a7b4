package io.cnimetrics.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** Writes the small bodies of introspection. No value in them needs escaping. */
final class SettingsJson {
  static final String SETTINGS_PATH = "/v1/ipamd-env-settings";

  private SettingsJson() {}

  /** {@code /v1/ipamd-env-settings}: ipamD reports only these settings, not prefix delegation. */
  static String settings(Scenario scenario) {
    StringJoiner fields = new StringJoiner(",", "{", "}");
    fields.add(
        "\"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG\":" + scenario.has(NodeFault.LATE_CUSTOM_NETWORKING));
    if (scenario.cniVersion().atLeast(12, 6)) {
      fields.add("\"AWS_MANAGE_ENIS_NON_SCHEDULABLE\":false");
    }
    if (scenario.cniVersion().atLeast(18, 0)) {
      fields.add("\"ENABLE_SUBNET_DISCOVERY\":true");
    }
    fields.add("\"WARM_ENI_TARGET\":" + scenario.warmTargets().eni());
    fields.add("\"WARM_IP_TARGET\":" + scenario.warmTargets().ip());
    return fields.toString();
  }

  /** The body for any unknown path, with status 200. */
  static String availableCommands(CniVersion version) {
    List<String> commands = new ArrayList<>(List.of("/v1/enis", "/v1/eni-configs"));
    if (!version.atLeast(7, 0)) {
      commands.add("/v1/pods");
    }
    commands.add("/v1/networkutils-env-settings");
    commands.add(SETTINGS_PATH);
    return "{\"AvailableCommands\":[\"" + String.join("\",\"", commands) + "\"]}";
  }
}
