{{- define "agent.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "agent.fullname" -}}
{{- $name := include "agent.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* The name is always the chart's name: the commands in alarms, dashboards and docs find the pods by it. */}}
{{- define "agent.selectorLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{/* The namespace of the agent. */}}
{{- define "agent.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride -}}
{{- end -}}

{{/* Metadata of an object: "root", and optionally "name", "namespace", "labels" and "annotations" of its own. */}}
{{- define "agent.metadata" -}}
{{- $own := dict
      "app.kubernetes.io/version" .root.Chart.AppVersion
      "app.kubernetes.io/managed-by" .root.Release.Service
      "helm.sh/chart" (printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_") -}}
{{- $own = include "agent.selectorLabels" .root | fromYaml | merge $own -}}
name: {{ default (include "agent.fullname" .root) .name | quote }}
namespace: {{ default (include "agent.namespace" .root) .namespace | quote }}
labels:
  {{- mergeOverwrite (dict) .root.Values.commonLabels (default dict .labels) $own | toYaml | nindent 2 }}
{{- with .annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "agent.serviceAccountName" -}}
{{- $default := ternary (include "agent.fullname" .) "default" .Values.serviceAccount.create -}}
{{- default $default .Values.serviceAccount.name -}}
{{- end -}}

{{- define "agent.image" -}}
{{- $image := .Values.image -}}
{{- $registry := default $image.registry (.Values.global).imageRegistry | trimSuffix "/" -}}
{{- if $registry }}{{ $registry }}/{{ end -}}
{{- $image.repository -}}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ default .Chart.AppVersion $image.tag }}{{ end -}}
{{- end -}}

{{/* The user's affinity. The rule for node types is added to each term, because one matching term is enough. */}}
{{- define "agent.affinity" -}}
{{- $without := ternary (list "fargate" "hybrid") (list "fargate" "hybrid" "auto") .Values.autoMode -}}
{{- $rule := dict "key" "eks.amazonaws.com/compute-type" "operator" "NotIn" "values" $without -}}
{{- $affinity := deepCopy .Values.affinity -}}
{{- $node := default dict $affinity.nodeAffinity -}}
{{- $required := default dict $node.requiredDuringSchedulingIgnoredDuringExecution -}}
{{- $terms := list -}}
{{- range default (list dict) $required.nodeSelectorTerms -}}
{{- $terms = append $terms (set . "matchExpressions" (append (default list .matchExpressions) $rule)) -}}
{{- end -}}
{{- $_ := set $node "requiredDuringSchedulingIgnoredDuringExecution" (dict "nodeSelectorTerms" $terms) -}}
{{- toYaml (set $affinity "nodeAffinity" $node) -}}
{{- end -}}

{{/* Common to all pods of the chart: node, network, user. */}}
{{- define "agent.podSpec" -}}
serviceAccountName: {{ include "agent.serviceAccountName" . | quote }}
automountServiceAccountToken: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
# The agent needs the node's network for ipamD's loopback ports and for instance metadata with hop limit 1. The pod uses
# no address of the pool.
hostNetwork: true
# Uses the node's DNS resolver, because CoreDNS may be down when addresses run out.
dnsPolicy: Default
enableServiceLinks: false
nodeSelector:
  {{- toYaml (merge (dict "kubernetes.io/os" "linux") .Values.nodeSelector) | nindent 2 }}
affinity:
  {{- include "agent.affinity" . | nindent 2 }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- end -}}

{{/* Forbids operators to inject a Java agent or a proxy. The reasons are in daemonset/base/daemonset.yaml. */}}
{{- define "agent.optOutLabels" -}}
admission.datadoghq.com/enabled: "false"
sidecar.istio.io/inject: "false"
{{- end -}}

{{- define "agent.optOutAnnotations" -}}
dynatrace.com/inject: "false"
oneagent.dynatrace.com/inject: "false"
instrumentation.opentelemetry.io/inject-java: "false"
sidecar.opentelemetry.io/inject: "false"
linkerd.io/inject: disabled
{{- end -}}

{{- define "agent.podLabels" -}}
{{- $selector := include "agent.selectorLabels" . | fromYaml -}}
{{- $labels := include "agent.optOutLabels" . | fromYaml -}}
{{- mergeOverwrite $labels .Values.commonLabels .Values.podLabels $selector | toYaml -}}
{{- end -}}

{{- define "agent.podAnnotations" -}}
{{- mergeOverwrite (include "agent.optOutAnnotations" . | fromYaml) .Values.podAnnotations | toYaml -}}
{{- end -}}
