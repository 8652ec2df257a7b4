{{/* A value as text. Helm reads numbers as floats, and would print a large number as 1e+06. */}}
{{- define "agent.text" -}}
{{- if kindIs "invalid" . -}}
{{- else if and (kindIs "float64" .) (eq . (floor .)) -}}
{{- int64 . -}}
{{- else -}}
{{- toString . -}}
{{- end -}}
{{- end -}}

{{/* Whether the chart itself sets a variable. */}}
{{- define "agent.isOwn" -}}
{{- if has . (list "NODE_NAME" "POD_NAME" "HOST_IP" "STATE_DIR" "HEALTH_ADDRESS") }}true{{ end -}}
{{- end -}}

{{/* The agent's variables as a map. Empty values are left out, because the agent rejects an empty value. */}}
{{- define "agent.settings" -}}
{{- $settings := dict -}}
{{- range $name, $value := .Values.env -}}
{{- if include "agent.isOwn" $name -}}
{{- fail (printf "env.%s: the chart sets it itself, by healthPort, podMonitor.enabled and state" $name) -}}
{{- end -}}
{{- with include "agent.text" $value }}{{- $_ := set $settings $name . -}}{{- end -}}
{{- end -}}
{{- range list
      (list "AWS_CLUSTER_ID" "clusterId" .Values.clusterId)
      (list "AWS_REGION" "region" .Values.region)
      (list "CLOUDWATCH_NAMESPACE" "namespace" .Values.namespace)
      (list "USE_PROMETHEUS" "podMonitor.enabled" (ternary "true" "" .Values.podMonitor.enabled)) -}}
{{- $name := index . 0 -}}
{{- $key := index . 1 -}}
{{- with index . 2 -}}
{{- $other := get $settings $name -}}
{{- if and $other (ne $other .) -}}
{{- fail (printf "%s (%s) and env.%s (%s) disagree: set only one of them" $key . $name $other) -}}
{{- end -}}
{{- $_ := set $settings $name . -}}
{{- end -}}
{{- end -}}
{{- if hasPrefix "AWS/" (default "" $settings.CLOUDWATCH_NAMESPACE) -}}
{{- fail (printf "namespace %s: AWS/ begins AWS's own namespaces; choose another" $settings.CLOUDWATCH_NAMESPACE) -}}
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
{{- $port := int .Values.healthPort -}}
{{- if has $port (list 10250 10256 50051 50052 61678 61679 61680) -}}
{{- fail (printf "healthPort %d is in use on EKS nodes (kubelet, kube-proxy, VPC CNI); choose another" $port) -}}
{{- end -}}
{{ include "agent.variables" . }}
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: STATE_DIR
  value: /var/lib/cni-metrics-agent
{{- if .Values.podMonitor.enabled }}
- name: HOST_IP
  valueFrom:
    fieldRef:
      fieldPath: status.hostIP
# Nodes with an IPv6 address need the brackets. The agent also accepts brackets around an IPv4 address.
- name: HEALTH_ADDRESS
  value: "[$(HOST_IP)]:{{ $port }}"
{{- else }}
- name: HEALTH_ADDRESS
  value: "127.0.0.1:{{ $port }}"
{{- end }}
{{- $settings := include "agent.settings" . | fromJson }}
{{- $seen := dict -}}
{{- range .Values.extraEnv }}
{{- if or (hasKey $settings .name) (hasKey $seen .name) (include "agent.isOwn" .name) }}
{{- fail (printf "extraEnv: %s is set already, by another entry, by env or by the chart itself" .name) }}
{{- end }}
{{- $_ := set $seen .name true }}
- {{ toYaml . | nindent 2 | trim }}
{{- end }}
{{- end -}}
