{{/* A value as text. Helm reads numbers as floats, and would print a large number as 1e+06. */}}
{{- define "agent.text" -}}
{{- if kindIs "invalid" . -}}
{{- else if and (kindIs "float64" .) (eq . (floor .)) -}}
{{- int64 . -}}
{{- else -}}
{{- toString . -}}
{{- end -}}
{{- end -}}

{{/* Says how the chart sets a variable itself. Empty if the chart does not set it. */}}
{{- define "agent.ownSource" -}}
{{- $address := "from healthPort, podMonitor.enabled and prometheus.enabled" -}}
{{- get (dict "NODE_NAME" "from the node" "POD_NAME" "from the pod" "HOST_IP" "from the node" "STATE_DIR" "for the volume of state" "HEALTH_ADDRESS" $address) . -}}
{{- end -}}

{{/* Whether the agent listens on the node's address for Prometheus. */}}
{{- define "agent.isScraped" -}}
{{- if or .Values.podMonitor.enabled .Values.prometheus.enabled }}true{{ end -}}
{{- end -}}

{{/* The values that set a variable of the agent, as a JSON array. An empty value sets nothing. */}}
{{- define "agent.shortcuts" -}}
{{- list
      (dict "variable" "AWS_CLUSTER_ID" "key" "clusterId" "value" .Values.clusterId)
      (dict "variable" "AWS_REGION" "key" "region" "value" .Values.region)
      (dict "variable" "CLOUDWATCH_NAMESPACE" "key" "namespace" "value" .Values.namespace)
      (dict "variable" "USE_CLOUDWATCH" "key" "cloudwatch.enabled" "value" (ternary "" "false" .Values.cloudwatch.enabled))
      (dict "variable" "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT" "key" "otlp.endpoint" "value" .Values.otlp.endpoint)
      (dict "variable" "USE_PROMETHEUS" "key" "podMonitor.enabled or prometheus.enabled" "value" (include "agent.isScraped" .))
    | toJson -}}
{{- end -}}

{{/* The agent's variables as a map. Empty values are left out, because the agent rejects an empty value. */}}
{{- define "agent.settings" -}}
{{- include "agent.check" . -}}
{{- include "agent.settingsUnchecked" . -}}
{{- end -}}

{{- define "agent.settingsUnchecked" -}}
{{- $settings := dict -}}
{{- range $name, $value := .Values.env -}}
{{- with include "agent.text" $value }}{{- $_ := set $settings $name . -}}{{- end -}}
{{- end -}}
{{- range include "agent.shortcuts" . | fromJsonArray -}}
{{- if .value }}{{- $_ := set $settings .variable .value -}}{{- end -}}
{{- end -}}
{{- toJson $settings -}}
{{- end -}}

{{/* A command after its system properties. $ is doubled here too, because the kubelet expands arguments. */}}
{{- define "agent.args" -}}
{{- $args := list -}}
{{- range $name, $value := .root.Values.systemProperties -}}
{{- $args = append $args (printf "-D%s=%s" $name (include "agent.text" $value) | replace "$" "$$") -}}
{{- end -}}
{{- concat $args .command | toJson -}}
{{- end -}}

{{/* Variables of every command. $ is doubled, because the kubelet replaces $$ by $ and $(NAME) by a variable. */}}
{{- define "agent.variables" -}}
- name: NODE_NAME
  valueFrom:
    fieldRef:
      fieldPath: spec.nodeName
{{- range $name, $value := include "agent.settings" . | fromJson }}
- name: {{ $name | quote }}
  value: {{ $value | replace "$" "$$" | quote }}
{{- end }}
{{- end -}}

{{/* The container's env, in a fixed order. A variable comes before the variables that refer to it. */}}
{{- define "agent.env" -}}
{{ include "agent.variables" . }}
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: STATE_DIR
  value: /var/lib/cni-metrics-agent
{{- if include "agent.isScraped" . }}
- name: HOST_IP
  valueFrom:
    fieldRef:
      fieldPath: status.hostIP
# Nodes with an IPv6 address need the brackets. The agent also accepts brackets around an IPv4 address.
- name: HEALTH_ADDRESS
  value: "[$(HOST_IP)]:{{ int .Values.healthPort }}"
{{- else }}
- name: HEALTH_ADDRESS
  value: "127.0.0.1:{{ int .Values.healthPort }}"
{{- end }}
{{- with .Values.otlp }}
{{- if .existingSecret }}
- name: OTEL_EXPORTER_OTLP_METRICS_HEADERS
  valueFrom:
    secretKeyRef:
      name: {{ .existingSecret | quote }}
      key: {{ .existingSecretKey | quote }}
{{- end }}
{{- end }}
{{- range .Values.extraEnv }}
{{- /* Kubernetes takes only text. */}}
{{- $text := include "agent.text" .value }}
- {{ ternary (merge (dict "value" $text) .) . (ne $text "") | toYaml | nindent 2 | trim }}
{{- end }}
{{- end -}}
