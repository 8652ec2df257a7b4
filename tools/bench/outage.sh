#!/usr/bin/env bash
# Prints the memory of an agent during an outage of CloudWatch. During the outage nothing listens at CloudWatch's
# endpoint.
#
#   tools/bench/outage.sh EXECUTABLE MINUTES [BENCHMARKS_JAR HOURS]
#
# Without BENCHMARKS_JAR the agent has 3 sets of dimensions, and the backlog grows 3 times as fast as with the default.
# With BENCHMARKS_JAR the agent has the default set and starts with a backlog of HOURS. CloudWatch works again after
# MINUTES. The agent sends a backlog of 24 h in about 50 min. The script checks that every minute arrives.
set -euo pipefail

usage="usage: tools/bench/outage.sh EXECUTABLE MINUTES [BENCHMARKS_JAR HOURS]"
executable=$(realpath "${1:?$usage}")
minutes=${2:?$usage}
jar=${3:-}
hours=${4:-24}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
processes=()
trap 'kill "${processes[@]}" 2>/dev/null || true; wait; rm -rf "$work"' EXIT

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

introspection=$(free_port)
metrics=$(free_port)
cloudwatch=$(free_port)
health=$(free_port)
"$executable" simulate --introspection-port "$introspection" --metrics-port "$metrics" >"$work/simulator.log" 2>&1 &
processes+=($!)

dimensions="CLUSTER_ID;CLUSTER_ID,NODE;NODE"
prometheus=false
if [ -n "$jar" ]; then
  dimensions=CLUSTER_ID
  prometheus=true
  mkdir "$work/state"
  "${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp "$jar" io.cnimetrics.agent.BacklogState "$work/state" "$hours" 2>/dev/null
fi

env AWS_EC2_METADATA_DISABLED=true AWS_ACCESS_KEY_ID=key AWS_SECRET_ACCESS_KEY=secret \
  AWS_ENDPOINT_URL_CLOUDWATCH="http://127.0.0.1:$cloudwatch" METRIC_DIMENSIONS="$dimensions" USE_PROMETHEUS="$prometheus" \
  "$executable" run --cluster-id outage --region eu-west-1 --node-name node --poll-interval 10s --state-dir "$work/state" \
  --introspection-url "http://127.0.0.1:$introspection" --metrics-url "http://127.0.0.1:$metrics/metrics" \
  --health-address "127.0.0.1:$health" >"$work/agent.log" 2>&1 &
agent=$!
processes+=("$agent")

own_metric() { # NAME: the sum over its labels; the page is served with USE_PROMETHEUS only
  [ -n "$jar" ] || { echo 0; return; }
  python3 -c 'import sys, urllib.request
page = urllib.request.urlopen(sys.argv[1]).read().decode().splitlines()
print(round(sum(float(line.split()[-1]) for line in page if line.startswith(sys.argv[2]))))' \
    "http://127.0.0.1:$health/metrics" "$1"
}

minute=0
pending=0
next_minute() {
  minute=$((minute + 1))
  sleep 60
  if ! kill -0 "$agent" 2>/dev/null; then
    echo "the agent ended: $(tail -n 3 "$work/agent.log")" >&2
    exit 1
  fi
  pending=$(own_metric cni_agent_backlog_size)
  awk -v minute="$minute" -v state="$(du -sk "$work/state" | cut -f1)" -v pending="$pending" \
    -v arrived="$(cut -d' ' -f1 "$work/arrived" 2>/dev/null || echo 0)" \
    '/^VmRSS/ { rss = $2 } /^RssAnon/ { anonymous = $2 }
     END { printf "%6d  %6.1f  %12.1f  %8d  %7d  %7d\n", minute, rss * 1.024 / 1000, anonymous * 1.024 / 1000, state,
       pending, arrived }' "/proc/$agent/status"
}

printf 'minute  RSS MB  anonymous MB  state kB  pending  arrived\n'
while ((minute < minutes)); do
  next_minute
done
[ -n "$jar" ] || exit 0

expected=$pending
dropped=$(own_metric cni_agent_datums_dropped)
echo "CloudWatch is back"
python3 "$here/cloudwatch.py" "$cloudwatch" "$work/arrived" &
processes+=($!)
while ((pending > 1)); do
  next_minute
done
# Waits 2 more minutes, until the memory of the last requests is free again.
next_minute
next_minute
read -r arrived missing <"$work/arrived"
dropped=$(($(own_metric cni_agent_datums_dropped) - dropped))
echo "$expected minutes were pending; $arrived minutes arrived, including newer ones; $missing are missing in between;" \
  "$dropped datums were dropped after the outage"
((arrived >= expected && missing == 0 && dropped == 0))
