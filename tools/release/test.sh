#!/bin/sh
# Rehearses a release on this machine: a registry on loopback, the steps of the workflow `release`, then the commands of
# the README and of docs/releases.md. docs/releases.md lists what differs from a real release. Needs the distribution,
# Python 3.10 or newer, openssl, jq and Go 1.26. Needs no container engine and no root. The first run builds crane and
# cosign (4 CPU minutes).
#
#   tools/release/test.sh [TEST ...]     all tests, or test_release.Rehearsal.TEST
set -eu

. "$(dirname "$0")/../deploy/environment.sh"
CRANE=$("$top/tools/deploy/tool.sh" crane)
COSIGN=$("$top/tools/deploy/tool.sh" cosign)
export CRANE COSIGN

cd "$top/tools/release"
[ $# -gt 0 ] || set -- test_release
exec "$python" -m unittest --verbose "$@"
