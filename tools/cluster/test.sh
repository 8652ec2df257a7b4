#!/bin/sh
# Applies what deploys the agent to a real Kubernetes API server, on loopback, and looks where the scheduler puts pods.
# Needs Go 1.26 or from PyPI, Python 3.10 or newer and openssl; no container engine, no root. The first run builds the
# control plane, which takes five to ten minutes; later ones take half a minute.
#
#   tools/cluster/test.sh [TEST ...]     all tests, or such as test_cluster.OnARealServer.test_the_chart_does_the_same
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
python=$("$top/tools/venv.sh" -r "$top/tools/deploy/requirements.txt" "$top/.venv-deploy")
HELM=$("$top/tools/deploy/tool.sh" helm)
KUSTOMIZE=$("$top/tools/deploy/tool.sh" kustomize)
CONTROLPLANE=$("$top/tools/deploy/tool.sh" controlplane)
export HELM KUSTOMIZE CONTROLPLANE

cd "$top/tools/cluster"
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$top/tools/deploy/tests:$top/tools/cluster"
[ $# -gt 0 ] || set -- test_cluster
exec "$python" -m unittest --verbose "$@"
