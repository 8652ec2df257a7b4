package io.cnimetrics.simulator;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Writes the introspection's small bodies. */
final class SettingsJson {
  static final String SETTINGS_PATH = "/v1/ipamd-env-settings";

  private static final JsonFactory JSON = new JsonFactory();

  private SettingsJson() {}

  /** {@code /v1/ipamd-env-settings}: only these settings are told, prefix delegation is not. */
  static String settings(Scenario scenario) {
    CniVersion version = scenario.cniVersion();
    return write(
        json -> {
          json.writeBooleanField(
              "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", scenario.has(NodeFault.LATE_CUSTOM_NETWORKING));
          if (version.atLeast(12, 6)) {
            json.writeBooleanField("AWS_MANAGE_ENIS_NON_SCHEDULABLE", false);
          }
          if (version.atLeast(18, 0)) {
            json.writeBooleanField("ENABLE_SUBNET_DISCOVERY", true);
          }
          json.writeNumberField("WARM_ENI_TARGET", scenario.warmTargets().eni());
          json.writeNumberField("WARM_IP_TARGET", scenario.warmTargets().ip());
        });
  }

  /** What any unknown path is answered with, under status 200. */
  static String availableCommands(CniVersion version) {
    List<String> commands = new ArrayList<>(List.of("/v1/enis", "/v1/eni-configs"));
    if (!version.atLeast(7, 0)) {
      commands.add("/v1/pods");
    }
    commands.add("/v1/networkutils-env-settings");
    commands.add(SETTINGS_PATH);
    return write(
        json -> {
          json.writeArrayFieldStart("AvailableCommands");
          for (String command : commands) {
            json.writeString(command);
          }
          json.writeEndArray();
        });
  }

  private interface Fields {
    void write(JsonGenerator json) throws IOException;
  }

  private static String write(Fields fields) {
    StringWriter body = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(body)) {
      json.writeStartObject();
      fields.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return body.toString();
  }
}
