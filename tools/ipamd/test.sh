#!/usr/bin/env bash
# Runs the agent beside the real ipamD of two releases: tools/ipamd/test.sh AGENT [RELEASE [SCENARIO...]]
#
# Needs root, Go, iptables, util-linux and Python. The script builds ipamD from the Go module, once for each release (4
# min of CPU), and keeps the programs in ~/.cache/cni-metrics-agent.
set -euo pipefail

agent=$(realpath "${1:?usage: tools/ipamd/test.sh AGENT [RELEASE [SCENARIO...]]}")
releases=${2:-1.23.2 1.19.6}
here=$(cd "$(dirname "$0")" && pwd)
bin=${XDG_CACHE_HOME:-$HOME/.cache}/cni-metrics-agent/ipamd

[ "$(id -u)" = 0 ] || { echo "root is needed, because the scenarios create network namespaces" >&2; exit 1; }
for program in go iptables unshare python3; do
  command -v "$program" >/dev/null || { echo "$program is not installed" >&2; exit 1; }
done

mkdir -p "$bin"
cd "$here"
for release in $releases; do
  options=(-trimpath)
  [ "$release" = 1.23.2 ] || options+=(-modfile="go-$release.mod" -tags single)
  if ! [ -x "$bin/aws-k8s-agent-$release" ]; then
    echo "building ipamD $release, once; this needs some minutes ..."
    go build "${options[@]}" -o "$bin/aws-k8s-agent-$release" github.com/aws/amazon-vpc-cni-k8s/cmd/aws-k8s-agent
  fi
  go build "${options[@]}" -o "$bin/pods-$release" ./pods
done

code=0
for release in $releases; do
  python3 bench.py --bin "$bin" --agent "$agent" --release "$release" \
    --results "$here/../../agent/target/ipamd" "${@:3}" || code=1
done
exit "$code"
