#!/usr/bin/env bash
# Runs all process tests of the gate against the native executable.
#
#   tools/native/test.sh OUT_DIR [TEST...]      OUT_DIR is what tools/native/build.sh wrote
#
# The system property `native` disables tests of features that only HotSpot has. Each such test gives the reason.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
out=$(cd "${1:?usage: tools/native/test.sh OUT_DIR}" && pwd)
tests=$(IFS=,; echo "${*:2}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

at_the_heap_limit_the_process_ends() {
  local code=0
  # The program keeps an error message for each unknown argument until it prints all messages.
  # shellcheck disable=SC2046
  "$out/cni-metrics-agent" plan $(seq 100000) >"$work/out" 2>&1 || code=$?
  if [ "$code" != 3 ] || ! grep -q OutOfMemoryError "$work/out"; then
    echo "test.sh: exit code $code instead of 3 at the heap limit: $(tail -c 300 "$work/out")" >&2
    exit 1
  fi
}

process_tests() {
  "$here/launcher.sh" "$out/cni-metrics-agent" "$work/dist"
  cd "$here/../.."
  # shellcheck disable=SC2086
  ${MVN:-mvn --batch-mode} -pl agent test-compile failsafe:integration-test failsafe:verify -Ddist="$work/dist" \
    -Dnative=true ${tests:+-Dit.test="$tests"}
}

at_the_heap_limit_the_process_ends
process_tests
