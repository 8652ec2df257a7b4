#!/bin/sh
# Compares a real Prometheus with simulated nodes: tools/prometheus/test.sh AGENT CLASS_PATH MINUTES. The agents send to
# Prometheus by OTLP, and Prometheus scrapes the agents' pages. Checks the settings in docs/, and loads the rules of
# `alarms` into Prometheus. Builds Prometheus once (about 20 min of CPU). Prints SKIPPED if there is no Go.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
work=$top/agent/target/prometheus
agent=$1

prometheus=$("$top/tools/deploy/tool.sh" prometheus) && promtool=$("$top/tools/deploy/tool.sh" promtool) || {
  echo "SKIPPED: OTLP and /metrics were not compared in Prometheus: there is no Prometheus" >&2
  exit 0
}
rm -rf "$work"
mkdir -p "$work"

settings() { # FILE: the YAML blocks of a page
  awk '/^```yaml/ { on = 1; next } /^```/ { on = 0 } on' "$1"
}

settings "$top/docs/prometheus.md" >"$work/scrape.yml"
settings "$top/docs/otlp.md" >"$work/otlp.yml"
cat "$top/tools/prometheus/prometheus.yml" "$work/otlp.yml" >"$work/prometheus.yml"
"$agent" alarms --format prometheus --cluster-id prod >"$work/cni-rules.yaml"
# The operator loads the content of spec as a rule file.
"$agent" alarms --format prometheus-operator --cluster-id prod | sed -n 's/^  //; /^groups:/,$p' >"$work/operator.yaml"
echo "[]" >"$work/targets.json"
for file in scrape otlp prometheus; do
  "$promtool" check config "$work/$file.yml"
done

"${JAVA_HOME:+$JAVA_HOME/bin/}java" -XX:+UseSerialGC -Xmx512m -Ddist="$(cd "$(dirname "$agent")/.." && pwd)" \
  -Djdk.httpclient.allowRestrictedHeaders=host -cp "$2" \
  io.cnimetrics.prometheus.PrometheusRun "$prometheus" "$work" "$3"
