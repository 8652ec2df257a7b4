#!/usr/bin/env bash
# Measures the time of `dry-run --once` from start to exit, with a simulated m5.24xlarge with 600 pods. Measures with
# and without the distribution's class archive. Each JDK builds its own distribution, because an archive works only with
# the JDK that made the archive.
#
#   tools/bench/dry-run.sh [JAVA_HOME]...     without arguments: the JDK that JAVA_HOME or the PATH names
set -euo pipefail

runs=10
repository=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
simulator=

finish() {
  if [ -n "$simulator" ]; then
    kill "$simulator" 2>/dev/null || true
    wait "$simulator" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap finish EXIT

# Off, so that the result does not depend on whether this machine has instance metadata.
export AWS_EC2_METADATA_DISABLED=true
unset JAVA_OPTS

build() { # DIRECTORY, where the sources are copied to
  mkdir "$1"
  (cd "$repository" && git ls-files -z --cached --others --exclude-standard) |
    (cd "$repository" && tar --null --files-from=- --create --ignore-failed-read) | tar -C "$1" --extract
  (cd "$1" && ${MVN:-mvn} --batch-mode --no-transfer-progress --quiet package -Dmaven.test.skip=true >"$work/build.log" 2>&1) ||
    { cat "$work/build.log" >&2; exit 1; }
}

start_simulator() { # AGENT
  : >"$work/simulator.txt"
  "$1" simulate --instance-type m5.24xlarge --pods 600 --max-pods 737 --settled 1h \
    --introspection-port 0 --metrics-port 0 >>"$work/simulator.txt" 2>&1 &
  simulator=$!
  for _ in {1..100}; do
    urls=$(sed -n 's/^simulated ipamD: //p' "$work/simulator.txt")
    [ -z "$urls" ] || return 0
    sleep 0.1
  done
  cat "$work/simulator.txt" >&2
  exit 1
}

stop_simulator() {
  kill "$simulator"
  wait "$simulator" 2>/dev/null || true
  simulator=
}

dry_run() { # AGENT
  # shellcheck disable=SC2086
  "$1" dry-run --once --region us-west-2 --cluster-id bench $urls >"$work/report.txt"
}

time_once() { # AGENT
  local from=$EPOCHREALTIME to
  dry_run "$1"
  to=$EPOCHREALTIME
  echo $((${to/[.,]/} - ${from/[.,]/}))
}

print_median() { # TITLE, microseconds on standard input
  sort -n | awk -v title="$1" '
    { seconds[NR] = $1 / 1e6 }
    END {
      median = (seconds[int((NR + 1) / 2)] + seconds[int(NR / 2) + 1]) / 2
      printf "%-32s %5.2f s  (%.2f to %.2f)\n", title, median, seconds[1], seconds[NR]
    }'
}

echo "dry-run --once, median of $runs runs after one warm-up run (fastest to slowest):"
if [ $# -eq 0 ]; then
  java=${JAVA_HOME:+$JAVA_HOME/bin/}java
  set -- "$("$java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.home = //p')"
fi
number=0
for home in "$@"; do
  export JAVA_HOME=$home
  number=$((number + 1))
  build "$work/$number"
  dist=$work/$number/agent/target/dist
  agent=$dist/bin/cni-metrics-agent
  jdk=$("$home/bin/java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.version = //p')
  cp -r "$dist" "$work/$number/plain"
  plain=$work/$number/plain/bin/cni-metrics-agent
  rm "$work/$number/plain/lib/cni-metrics-agent.jsa"
  start_simulator "$agent"
  dry_run "$agent"
  grep -Eq '^ *assignIPAddresses +600$' "$work/report.txt" ||
    { echo "the simulated node does not have its 600 pods:" >&2; cat "$work/report.txt" >&2; exit 1; }
  dry_run "$plain"
  # The two measurements alternate, so that other load on the machine affects both.
  for _ in $(seq "$runs"); do
    time_once "$agent" >>"$work/$number/archive.txt"
    time_once "$plain" >>"$work/$number/plain.txt"
  done
  stop_simulator
  print_median "JDK $jdk, with the archive" <"$work/$number/archive.txt"
  print_median "JDK $jdk, without it" <"$work/$number/plain.txt"
done
