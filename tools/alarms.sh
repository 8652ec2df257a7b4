#!/bin/sh
# Evaluates the alarms in PromQL with promtool, on the series of the stories in io.cnimetrics.cloudwatchmodel:
# tools/alarms.sh CLASS_PATH. Each alarm must start in its story and end after it. Alarms must not start in the other
# stories. Builds promtool once (some minutes). Prints SKIPPED if there is no Go.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
tests=$top/agent/target/promtool

promtool=$("$top/tools/deploy/tool.sh" promtool) || {
  echo "SKIPPED: the PromQL alarms were not evaluated: there is no promtool" >&2
  exit 0
}
rm -rf "$tests"
"${JAVA_HOME:+$JAVA_HOME/bin/}java" -XX:+UseSerialGC -Xmx1g -cp "$1" io.cnimetrics.cloudwatchmodel.PromtoolTests "$tests"
cd "$tests"
"$promtool" check rules prom*.yaml
"$promtool" test rules test-*.yaml
