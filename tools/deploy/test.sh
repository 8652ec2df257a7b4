#!/bin/sh
# Tests the deployment: renders daemonset/ by kustomize and Helm, checks the objects against the schemas of Kubernetes
# and against rules of its own, lints and simulates iam-policy/, lints the workflows. Needs Python 3.10 or newer and a
# shell; no cluster, no container engine, no root. The first run downloads its tools, later ones need no network.
#
#   tools/deploy/test.sh [TEST ...]     all tests, or such as test_policies
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
python=$("$top/tools/venv.sh" -r "$top/tools/deploy/requirements.txt" "$top/.venv-deploy")
HELM=$("$top/tools/deploy/tool.sh" helm)
KUSTOMIZE=$("$top/tools/deploy/tool.sh" kustomize)
ACTIONLINT=$("$top/tools/deploy/tool.sh" actionlint)
export HELM KUSTOMIZE ACTIONLINT

cd "$top/tools/deploy/tests"
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$top/tools/deploy/tests"
# parliament's import of it, which is why its version is pinned.
export PYTHONWARNINGS="ignore:pkg_resources is deprecated"
[ $# -gt 0 ] || set -- discover
exec "$python" -m unittest "$@"
