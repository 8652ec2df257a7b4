{{/* The line for a value that does not have its form. An empty value means the default. */}}
{{- define "agent.wrongForm" -}}
{{- if ne .form "any" -}}
{{- $text := include "agent.text" .value -}}
{{- $form := get .context.checks.forms .form -}}
{{- $expected := "" -}}
{{- if $text -}}
{{- range $kind := list "pattern" "sets" "time" "number" "bytes" "metrics" -}}
{{- if hasKey $form $kind -}}
{{- $expected = include (print "agent.expected." $kind) (dict "text" $text "form" $form "metrics" $.context.metrics) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- with $expected -}}
{{- $shown := ternary "" (printf " '%s'" (printf "%q" (trunc 60 $text) | trimAll "\"")) (default false $form.hidden) -}}
{{- printf "  %s%s: expected %s\n" $.name $shown . -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The templates below return what is expected if the text does not have the form, and nothing if it has. */}}
{{- define "agent.expected.pattern" -}}
{{- $short := le (len .text) (int (default 10000 .form.longest)) -}}
{{- if not (and $short (regexMatch .form.pattern .text)) }}{{ .form.expected }}{{ end -}}
{{- end -}}

{{- define "agent.expected.sets" -}}
{{- $right := true -}}
{{- $sets := list -}}
{{- range splitList ";" .text -}}
{{- $set := list -}}
{{- range splitList "," . -}}
{{- $name := trim . | upper | replace "-" "_" -}}
{{- if or (has $name $set) (not (has $name $.form.sets)) }}{{ $right = false }}{{ end -}}
{{- $set = append $set $name -}}
{{- end -}}
{{- $sets = append $sets (sortAlpha $set | join ",") -}}
{{- end -}}
{{- $different := eq (len $sets) (len (uniq $sets)) -}}
{{- if not (and $right $different (le (len $sets) (int .form.most))) }}{{ .form.expected }}{{ end -}}
{{- end -}}

{{- define "agent.expected.time" -}}
{{- $least := index .form.time 0 | int -}}
{{- $most := index .form.time 1 | int -}}
{{- $seconds := include "agent.seconds" .text | default "-1" | int -}}
{{- $whole := eq 0 (mod $seconds (default 1 .form.step) | int) -}}
{{- if not (and $whole (ge $seconds $least) (le $seconds $most)) -}}
{{- default (printf "a time from %ds to %ds, such as %ds" $least $most $least) .form.expected -}}
{{- end -}}
{{- end -}}

{{- define "agent.expected.number" -}}
{{- $least := index .form.number 0 | int -}}
{{- $most := index .form.number 1 | int -}}
{{- $number := regexFind "^[0-9]{1,9}$" .text | default "-1" | float64 | int -}}
{{- if or (lt $number $least) (gt $number $most) -}}
{{- printf "a whole number from %d to %d" $least $most -}}
{{- end -}}
{{- end -}}

{{- define "agent.expected.bytes" -}}
{{- $bytes := include "agent.bytes" .text | default "-1" | float64 -}}
{{- if lt $bytes (float64 .form.bytes) }}{{ .form.expected }}{{ end -}}
{{- end -}}

{{- define "agent.expected.metrics" -}}
{{- $known := append (regexFindAll "(?m)^[a-z]\\w+" .metrics -1) "subnetFreeIPs" -}}
{{- $expected := "" -}}
{{- range splitList "," .text -}}
{{- $name := trim . -}}
{{- if not (has $name $known) -}}
{{- $hint := include "agent.nearest" (dict "word" $name "known" $known) -}}
{{- $expected = printf "%s, but there is no metric '%s'" $.form.expected $name -}}
{{- if $hint }}{{ $expected = printf "%s; did you mean %s?" $expected $hint }}{{ end -}}
{{- end -}}
{{- end -}}
{{- if not (has (lower .text) .form.metrics) }}{{ $expected }}{{ end -}}
{{- end -}}

{{/* The seconds of a time such as 30, 30s, 5m or 1h. Empty if the text is no time. */}}
{{- define "agent.seconds" -}}
{{- $text := include "agent.text" . -}}
{{- if regexMatch "^[0-9]{1,6}(s|m|h)?$" $text -}}
{{- mul (regexFind "^[0-9]+" $text | float64) (get (dict "m" 60 "h" 3600) (regexFind "[mh]$" $text) | default 1) -}}
{{- end -}}
{{- end -}}

{{/* The bytes of a quantity such as 128Mi. Empty if the text is no quantity. */}}
{{- define "agent.bytes" -}}
{{- if regexMatch "^[0-9]+(\\.[0-9]+)?([eE][0-9]+|m|[kMGTPE]|[KMGTPE]i)?$" . -}}
{{- $number := regexFind "^[0-9.]+([eE][0-9]+)?" . -}}
{{- $unit := trimPrefix $number . -}}
{{- $power := get (dict "k" 1 "K" 1 "M" 2 "G" 3 "T" 4 "P" 5 "E" 6) (trunc 1 $unit) | default 0 -}}
{{- $factor := ternary 0.001 1.0 (eq $unit "m") -}}
{{- range until (int $power) -}}
{{- $factor = mulf $factor (ternary 1024 1000 (hasSuffix "i" $unit)) -}}
{{- end -}}
{{- mulf (float64 $number) $factor | printf "%.3f" -}}
{{- end -}}
{{- end -}}
