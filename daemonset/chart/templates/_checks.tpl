{{/*
Fails with one line for each wrong value. files/checks.yaml has the names and forms. "agent.settings" calls this first,
so that no template fails for another reason before.
*/}}
{{- define "agent.check" -}}
{{- $checks := .Files.Get "files/checks.yaml" | fromYaml -}}
{{- $parents := dict -}}
{{- range $name, $form := $checks.values -}}
{{- $parts := splitList "." $name -}}
{{- range $count := untilStep 1 (len $parts) 1 -}}
{{- $_ := set $parents (slice $parts 0 $count | join ".") true -}}
{{- end -}}
{{- end -}}
{{- $missing := list -}}
{{- /* The templates also render if these four are null. */}}
{{- range without (keys $parents | sortAlpha) "resources" "startupProbe" "livenessProbe" "readinessProbe" -}}
{{- if not (or (contains "." .) (kindIs "map" (get $.Values .))) }}{{ $missing = append $missing . }}{{ end -}}
{{- end -}}
{{- with $missing -}}
{{- fail (printf "values are missing: %s. After an upgrade of the chart, use --reset-then-reuse-values, not --reuse-values. Do not set these values to null." (join ", " .)) -}}
{{- end -}}
{{- $context := dict "checks" $checks "parents" $parents "metrics" (.Files.Get "metrics.txt") -}}
{{- $extra := dict -}}
{{- range .Values.extraEnv }}{{ $_ := set $extra .name .value }}{{ end -}}
{{- $lines := list
      (include "agent.wrongValues" (dict "values" .Values "prefix" "" "context" $context))
      (include "agent.wrongVariables" (dict "context" $context "prefix" "env." "variables" .Values.env))
      (include "agent.wrongVariables" (dict "context" $context "prefix" "extraEnv: " "variables" $extra))
      (include "agent.contradictions" .) -}}
{{- with join "" $lines -}}
{{- fail (printf "wrong values:\n%s" .) -}}
{{- end -}}
{{- end -}}

{{/* The lines for the values below a prefix. */}}
{{- define "agent.wrongValues" -}}
{{- $context := .context -}}
{{- $prefix := .prefix -}}
{{- range $key, $value := .values -}}
{{- $path := print $prefix $key -}}
{{- $form := get $context.checks.values $path -}}
{{- if eq $form "quantities" -}}
{{- range $resource, $quantity := $value -}}
{{- $kind := get (dict "cpu" "cpu" "memory" "memory" "ephemeral-storage" "memory") $resource | default "quantity" -}}
{{- include "agent.wrongForm" (dict "name" (printf "%s.%s" $path $resource) "value" $quantity "form" $kind "context" $context) -}}
{{- end -}}
{{- else if $form -}}
{{- include "agent.wrongForm" (dict "name" $path "value" $value "form" $form "context" $context) -}}
{{- else if hasKey $context.parents $path -}}
{{- include "agent.wrongValues" (dict "values" $value "prefix" (print $path ".") "context" $context) -}}
{{- else -}}
{{- $known := concat (keys $context.checks.values) (keys $context.parents) -}}
{{- include "agent.unknown" (dict "name" $path "known" $known "context" $context) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The lines for variables of env or extraEnv. A name is right if it is not similar to a variable of the agent. */}}
{{- define "agent.wrongVariables" -}}
{{- $context := .context -}}
{{- $prefix := .prefix -}}
{{- $known := keys $context.checks.env -}}
{{- range $name, $value := .variables -}}
{{- $path := print $prefix $name -}}
{{- $instead := get $context.checks.instead (print "env." $name) -}}
{{- $own := include "agent.ownSource" $name -}}
{{- if $own -}}
{{- printf "  %s: the chart sets it itself, %s; remove it\n" $path $own -}}
{{- else if hasKey $context.checks.env $name -}}
{{- include "agent.wrongForm" (dict "name" $path "value" $value "form" (get $context.checks.env $name) "context" $context) -}}
{{- else if $instead -}}
{{- printf "  %s: the agent does not read it; %s\n" $path $instead -}}
{{- else -}}
{{- with include "agent.nearest" (dict "word" $name "known" $known) -}}
{{- printf "  %s: the agent has no such variable; did you mean %s?\n" $path . -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The line for an unknown value, with what was probably meant. */}}
{{- define "agent.unknown" -}}
{{- $hint := get .context.checks.instead .name -}}
{{- if hasKey .context.checks.env .name -}}
{{- $hint = printf "use env.%s" .name -}}
{{- else if not $hint -}}
{{- with include "agent.nearest" (dict "word" .name "known" .known "beginning" true) -}}
{{- $hint = printf "did you mean %s?" . -}}
{{- end -}}
{{- end -}}
{{- printf "  %s: there is no such value; %s\n" .name (default "`helm show values` prints all values" $hint) -}}
{{- end -}}

{{/* The lines for values that contradict other values. */}}
{{- define "agent.contradictions" -}}
{{- $env := default dict .Values.env -}}
{{- range include "agent.shortcuts" . | fromJsonArray -}}
{{- $other := get $env .variable | include "agent.text" -}}
{{- if and .value $other (ne .value $other) -}}
{{- printf "  %s and env.%s disagree: set only one of them\n" .key .variable -}}
{{- end -}}
{{- end -}}
{{- $roleArn := "eks.amazonaws.com/role-arn" -}}
{{- with .Values.serviceAccount.annotations -}}
{{- if and (hasKey . $roleArn) (get . $roleArn | toString | regexMatch "^arn:.+:role/.+$" | not) -}}
{{- printf "  serviceAccount.annotations.%s '%v': expected the ARN of a role, such as arn:aws:iam::111122223333:role/cni-metrics-agent\n" $roleArn (get . $roleArn) -}}
{{- end -}}
{{- end -}}
{{- range list .Values.namespace $env.CLOUDWATCH_NAMESPACE -}}
{{- if hasPrefix "AWS/" (default "" .) -}}
{{- printf "  namespace '%s': AWS/ begins AWS's own namespaces; choose another\n" . -}}
{{- end -}}
{{- end -}}
{{- $settings := include "agent.settingsUnchecked" . | fromJson -}}
{{- $seen := dict -}}
{{- range .Values.extraEnv -}}
{{- if or (hasKey $settings .name) (hasKey $seen .name) -}}
{{- printf "  extraEnv: %s is set already, by another entry or by env\n" .name -}}
{{- end -}}
{{- /* Kubernetes reads the text of valueFrom later. */}}
{{- $_ := set $seen .name (include "agent.text" .value | default (ternary "from a source" "" (not (empty .valueFrom)))) -}}
{{- end -}}
{{- $all := merge dict $settings $seen -}}
{{- $endpoint := get $all "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT" -}}
{{- $otlp := .Values.otlp -}}
{{- if $otlp.existingSecret -}}
{{- if not $endpoint -}}
{{- printf "  otlp.existingSecret: nothing is sent by OTLP; set otlp.endpoint too\n" -}}
{{- else if eq (lower $endpoint) "cloudwatch" -}}
{{- printf "  otlp.existingSecret: CloudWatch needs no headers, because the agent signs with its role; remove the value\n" -}}
{{- end -}}
{{- end -}}
{{- $port := int .Values.healthPort -}}
{{- if has $port (list 10250 10256 50051 50052 61678 61679 61680 61691) -}}
{{- printf "  healthPort %d: in use on EKS nodes (kubelet, kube-proxy, VPC CNI) or by the agent; choose another\n" $port -}}
{{- end -}}
{{- $interval := include "agent.seconds" .Values.podMonitor.interval -}}
{{- $timeout := include "agent.seconds" .Values.podMonitor.scrapeTimeout -}}
{{- if and $interval $timeout (gt (int $timeout) (int $interval)) -}}
{{- printf "  podMonitor.scrapeTimeout '%s': expected at most podMonitor.interval\n" .Values.podMonitor.scrapeTimeout -}}
{{- end -}}
{{- if and $otlp.existingSecret (or (hasKey $settings "OTEL_EXPORTER_OTLP_METRICS_HEADERS") (hasKey $seen "OTEL_EXPORTER_OTLP_METRICS_HEADERS")) -}}
{{- printf "  otlp.existingSecret: OTEL_EXPORTER_OTLP_METRICS_HEADERS is set too; remove one of them\n" -}}
{{- end -}}
{{- $isServed := has (get $all "USE_PROMETHEUS" | lower) (list "true" "from a source") -}}
{{- if and (eq (get $all "USE_CLOUDWATCH" | lower) "false") (not (or $isServed $endpoint)) -}}
{{- $switch := ternary "env.USE_CLOUDWATCH" "cloudwatch.enabled" .Values.cloudwatch.enabled -}}
{{- printf "  %s 'false': nothing receives the metrics, and the agent would not start; set otlp.endpoint, podMonitor.enabled or prometheus.enabled\n" $switch -}}
{{- end -}}
{{- $alerts := include "agent.alerts" . | fromJsonArray -}}
{{- range .Values.prometheusRule.disabled -}}
{{- if not (has . $alerts) -}}
{{- $hint := include "agent.nearest" (dict "word" . "known" $alerts) -}}
{{- printf "  prometheusRule.disabled: there is no alert %s; %s\n" . (ternary (printf "did you mean %s?" $hint) (printf "the alerts are %s" (join ", " $alerts)) (ne $hint "")) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.grafanaDashboard.enabled (not (.Files.Get "files/grafana-dashboard.json")) -}}
{{- printf "  grafanaDashboard.enabled: this copy of the chart has no files/grafana-dashboard.json; run make goldens\n" -}}
{{- end -}}
{{- end -}}

{{/* The names of the alerts, as a JSON array. */}}
{{- define "agent.alerts" -}}
{{- $names := list -}}
{{- range (.Files.Get "files/rules.yaml" | fromYaml).groups -}}
{{- range .rules }}{{ $names = append $names .alert }}{{ end -}}
{{- end -}}
{{- toJson $names -}}
{{- end -}}
