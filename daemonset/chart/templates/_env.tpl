{{/* A value as the agent reads it: numbers of a values file are floats, and large ones would print as 1e+06. */}}
{{- define "agent.text" -}}
{{- if kindIs "invalid" . }}{{ else if and (kindIs "float64" .) (eq . (floor .)) }}{{ int64 . }}{{ else }}{{ toString . }}{{ end -}}
{{- end -}}

{{/* The agent's variables as a map. Empty ones are left out, as the agent refuses an empty value. */}}
{{- define "agent.settings" -}}
{{- $settings := dict -}}
{{- range $name, $value := .Values.env -}}
{{- $text := include "agent.text" $value -}}
{{- if has $name (list "NODE_NAME" "HOST_IP" "STATE_DIR" "HEALTH_ADDRESS") -}}
{{- fail (printf "env.%s: the chart sets this variable itself; see healthPort, podMonitor.enabled and state" $name) -}}
{{- end -}}
{{- if ne $text "" }}{{- $_ := set $settings $name $text -}}{{- end -}}
{{- end -}}
{{- $given := dict "AWS_CLUSTER_ID" (list "clusterId" .Values.clusterId)
      "AWS_REGION" (list "region" .Values.region)
      "CLOUDWATCH_NAMESPACE" (list "namespace" .Values.namespace)
      "USE_PROMETHEUS" (list "podMonitor.enabled" (ternary "true" "" .Values.podMonitor.enabled)) -}}
{{- range $name, $pair := $given -}}
{{- $text := include "agent.text" (index $pair 1) -}}
{{- if ne $text "" -}}
{{- if ne (default $text (get $settings $name)) $text -}}
{{- fail (printf "%s (%s) and env.%s (%s) disagree: give one of them" (index $pair 0) $text $name (get $settings $name)) -}}
{{- end -}}
{{- $_ := set $settings $name $text -}}
{{- end -}}
{{- end -}}
{{- if hasPrefix "AWS/" (default "" $settings.CLOUDWATCH_NAMESPACE) -}}
{{- fail (printf "namespace %s: those that begin with AWS/ are AWS's own; choose another" $settings.CLOUDWATCH_NAMESPACE) -}}
{{- end -}}
{{- toJson $settings -}}
{{- end -}}

{{/* The container's env, in an order that never changes; a variable that another refers to stands before it. */}}
{{- define "agent.env" -}}
{{- if has (int .Values.healthPort) (list 10250 10256 50051 50052 61678 61679 61680) -}}
{{- fail (printf "healthPort %d is taken on EKS nodes (kubelet, kube-proxy, VPC CNI); choose another" (int .Values.healthPort)) -}}
{{- end -}}
{{- $seen := dict -}}
- name: NODE_NAME
  valueFrom:
    fieldRef:
      fieldPath: spec.nodeName
- name: STATE_DIR
  value: /var/lib/cni-metrics-agent
{{- if .Values.podMonitor.enabled }}
- name: HOST_IP
  valueFrom:
    fieldRef:
      fieldPath: status.hostIP
# The brackets are for nodes with an IPv6 address, and do no harm to others.
- name: HEALTH_ADDRESS
  value: "[$(HOST_IP)]:{{ .Values.healthPort }}"
{{- else }}
- name: HEALTH_ADDRESS
  value: "127.0.0.1:{{ .Values.healthPort }}"
{{- end }}
{{- $settings := include "agent.settings" . | fromJson }}
{{- range $name, $value := $settings }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- range .Values.extraEnv }}
{{- if or (hasKey $settings .name) (hasKey $seen .name) (has .name (list "NODE_NAME" "HOST_IP" "STATE_DIR" "HEALTH_ADDRESS")) }}
{{- fail (printf "extraEnv: %s is set already, by another entry, by env or by the chart itself" .name) }}
{{- end }}
{{- $_ := set $seen .name true }}
- {{ toYaml . | nindent 2 | trim }}
{{- end }}
{{- end -}}
