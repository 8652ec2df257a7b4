#!/usr/bin/env bash
# Tests the output of build.sh. Checks that the JVM uses the cache, and that the jar has all classes of every command.
# Runs all process tests of the gate with this runtime and jar.
#
#   tools/image/test.sh OUT_DIR
set -euo pipefail

repository=$(cd "$(dirname "$0")/../.." && pwd)
out=$(cd "${1:?usage: tools/image/test.sh OUT_DIR}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "test.sh: $*" >&2
  exit 1
}

agent() { # the command of the target jvm
  (cd / && env -i AWS_EC2_METADATA_DISABLED=true MALLOC_ARENA_MAX=1 \
    "$out/runtime/bin/java" "${options[@]}" "@$out/agent.args" "$@")
}

cache_is_in_use() {
  # With AOTMode=on the JVM does not start if the cache does not match.
  options=(-XX:AOTMode=on -Xlog:class+load:file="$work/classes.txt")
  agent --version >/dev/null || fail "the JVM does not accept the cache"
  local all cached
  all=$(grep -c 'source:' "$work/classes.txt")
  cached=$(grep -c 'source: shared objects file' "$work/classes.txt")
  [ $((cached * 100)) -ge $((all * 95)) ] || fail "only $cached of $all classes come from the cache"
  echo "from the cache: $cached of $all classes"
}

commands_work() {
  options=()
  agent --version
  agent run --help >/dev/null || fail "run --help"
  agent dry-run --simulate >"$work/report.txt" || fail "dry-run --simulate"
  grep -q assignIPAddresses "$work/report.txt" || fail "dry-run --simulate printed: $(cat "$work/report.txt")"
}

# Runs the process tests. The distribution gets a launcher that starts this runtime and jar.
process_tests() {
  mkdir -p "$work/dist/bin"
  local launcher=$work/dist/bin/cni-metrics-agent
  printf '#!/bin/sh\nexec "%s" $JAVA_OPTS "@%s" "$@"\n' "$out/runtime/bin/java" "$out/agent.args" >"$launcher"
  chmod +x "$launcher"
  cd "$repository"
  # shellcheck disable=SC2086
  ${MVN:-mvn --batch-mode} -pl agent test-compile failsafe:integration-test failsafe:verify -Ddist="$work/dist"
}

cache_is_in_use
commands_work
process_tests
