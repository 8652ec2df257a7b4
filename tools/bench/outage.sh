#!/usr/bin/env bash
# Prints the memory of an agent while CloudWatch is away: nothing listens at its endpoint. Three sets of dimensions
# make the backlog grow three times as fast as with the default.
#
#   tools/bench/outage.sh EXECUTABLE MINUTES
set -euo pipefail

executable=$(realpath "${1:?usage: tools/bench/outage.sh EXECUTABLE MINUTES}")
minutes=${2:?usage: tools/bench/outage.sh EXECUTABLE MINUTES}
work=$(mktemp -d)
processes=()
trap 'kill "${processes[@]}" 2>/dev/null || true; wait; rm -rf "$work"' EXIT

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

introspection=$(free_port)
metrics=$(free_port)
"$executable" simulate --introspection-port "$introspection" --metrics-port "$metrics" >"$work/simulator.log" 2>&1 &
processes+=($!)

env AWS_EC2_METADATA_DISABLED=true AWS_ACCESS_KEY_ID=key AWS_SECRET_ACCESS_KEY=secret \
  AWS_ENDPOINT_URL_CLOUDWATCH="http://127.0.0.1:$(free_port)" METRIC_DIMENSIONS="CLUSTER_ID;CLUSTER_ID,NODE;NODE" \
  "$executable" run --cluster-id outage --region eu-west-1 --node-name node --poll-interval 10s --state-dir "$work/state" \
  --introspection-url "http://127.0.0.1:$introspection" --metrics-url "http://127.0.0.1:$metrics/metrics" \
  --health-address "127.0.0.1:$(free_port)" >"$work/agent.log" 2>&1 &
agent=$!
processes+=("$agent")

printf 'minute  RSS MB  anonymous MB  state kB\n'
for ((minute = 1; minute <= minutes; minute++)); do
  sleep 60
  if ! kill -0 "$agent" 2>/dev/null; then
    echo "the agent ended: $(tail -n 3 "$work/agent.log")" >&2
    exit 1
  fi
  awk -v minute="$minute" -v state="$(du -sk "$work/state" | cut -f1)" \
    '/^VmRSS/ { rss = $2 } /^RssAnon/ { anonymous = $2 }
     END { printf "%6d  %6.1f  %12.1f  %8d\n", minute, rss * 1.024 / 1000, anonymous * 1.024 / 1000, state }' \
    "/proc/$agent/status"
done
