{{/*
The known name that is most similar to a word. It differs in at most one letter for every three letters, and in at most
two. If there is none, "beginning" permits a name that starts with the word. Otherwise the result is empty. Upper case,
dots, hyphens and underscores do not count. The agent's class Nearest has the same rules.
*/}}
{{- define "agent.nearest" -}}
{{- $word := include "agent.letters" .word -}}
{{- $farthest := min 2 (div (len $word) 3) | int -}}
{{- $best := "" -}}
{{- $beginning := "" -}}
{{- range sortAlpha .known -}}
{{- $name := include "agent.letters" . -}}
{{- $longer := sub (len $name) (len $word) | int -}}
{{- if and (le $longer $farthest) (ge $longer (sub 0 $farthest | int)) -}}
{{- $distance := include "agent.distance" (dict "one" $word "other" $name) | int -}}
{{- if and (le $distance $farthest) (or (not $best) (lt $distance $farthest)) -}}
{{- $best = . -}}
{{- $farthest = $distance -}}
{{- end -}}
{{- else if and $.beginning (not $best) (hasPrefix $word $name) -}}
{{- $beginning = default . $beginning -}}
{{- end -}}
{{- end -}}
{{- default $beginning $best -}}
{{- end -}}

{{- define "agent.letters" -}}
{{- regexReplaceAll "[._-]" (lower .) "" -}}
{{- end -}}

{{/* The Levenshtein distance of two words, which counts inserted, deleted and replaced letters. */}}
{{- define "agent.distance" -}}
{{- $other := splitList "" .other -}}
{{- $row := untilStep 0 (int (add1 (len $other))) 1 -}}
{{- range $i, $letter := splitList "" .one -}}
{{- $next := list (add1 $i) -}}
{{- range $j, $another := $other -}}
{{- $replaced := add (index $row $j) (ternary 0 1 (eq $letter $another)) -}}
{{- $next = append $next (min $replaced (add1 (last $next)) (add1 (index $row (int (add1 $j))))) -}}
{{- end -}}
{{- $row = $next -}}
{{- end -}}
{{- last $row -}}
{{- end -}}
