#!/usr/bin/env bash
# Runs a coverage-guided fuzzer (Jazzer) for one test after the other. The fuzzer searches for inputs that break a
# decoder or the parsing of settings. Such an input is saved under agent/src/test/resources, and the gate replays all
# saved inputs.
#
#   tools/fuzz.sh CLASS_PATH SECONDS      SECONDS is the time for each test
set -euo pipefail

repository=$(cd "$(dirname "$0")/.." && pwd)
class_path=${1:?usage: tools/fuzz.sh CLASS_PATH SECONDS}
seconds=${2:?usage: tools/fuzz.sh CLASS_PATH SECONDS}
tests=$repository/agent/src/test
work=$repository/agent/target/fuzz
status=0

# Jazzer counts each connection as a failure, and `plan` polls a simulated node on the loopback address.
connections=com.code_intelligence.jazzer.sanitizers.ServerSideRequestForgery

cd "$repository/agent"
while read -r file; do
  class=$(sed 's|/|.|g; s|\.java$||' <<<"${file#"$tests"/java/}")
  while read -r method; do
    kept=$tests/resources/${class//.//}Inputs/$method
    found=$work/$method
    mkdir -p "$kept" "$found"
    if "${JAVA_HOME:+$JAVA_HOME/bin/}java" -XX:+UseSerialGC -XX:-UsePerfData -cp "$class_path" \
      com.code_intelligence.jazzer.Jazzer --target_class="$class" --target_method="$method" \
      --instrumentation_includes='io.cnimetrics.**' --disabled_hooks="$connections" \
      -timeout=10 -rss_limit_mb=4096 -max_total_time="$seconds" -artifact_prefix="$kept/" \
      -reproducer_path="$found" "$found" "$kept" >"$work/$method.log" 2>&1; then
      echo "no failure: $method, $(grep -c . < <(ls "$found")) inputs of different coverage," \
        "$(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$work/$method.log") runs"
    else
      echo "FAILURE: $method"
      tail -n 40 "$work/$method.log"
      status=1
    fi
  done < <(sed -n '/@FuzzTest/,/(/ s/^  void \([A-Za-z]*\)(.*/\1/p' "$file")
done < <(find "$tests/java" -name '*FuzzTest.java' | sort)
exit $status
