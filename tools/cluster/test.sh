#!/bin/sh
# Applies the manifests and the chart to a real Kubernetes API server on loopback, and checks where the scheduler puts
# pods. Then installs, upgrades, rolls back and uninstalls the chart from a registry by the documented commands. Needs
# Python 3.10 or newer, openssl and Go 1.26. If Go is missing, the script installs Go from PyPI. Needs no container
# engine and no root. The first run builds the control plane (5 to 10 min). Later runs need a minute.
#
#   tools/cluster/test.sh [TEST ...]     all tests, or such as test_cluster.OnARealServer.test_the_chart_does_the_same
set -eu

. "$(dirname "$0")/../deploy/environment.sh"
CONTROLPLANE=$("$top/tools/deploy/tool.sh" controlplane)
CRANE=$("$top/tools/deploy/tool.sh" crane)
export CONTROLPLANE CRANE
# This test signs nothing. Only the rehearsal of a release does.
export COSIGN=none

cd "$top/tools/cluster"
export PYTHONPATH="$top/tools/deploy/tests:$top/tools/cluster:$top/tools/release"
[ $# -gt 0 ] || set -- test_cluster test_lifecycle
exec "$python" -m unittest --verbose "$@"
