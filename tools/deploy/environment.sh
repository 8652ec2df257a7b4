# The environment of the deployment tests. tools/deploy/test.sh and tools/cluster/test.sh source this file.
# Sets top and python, and exports the commands of Helm and kustomize.
top=$(cd "$(dirname "$0")/../.." && pwd)
python=$("$top/tools/venv.sh" -r "$top/tools/deploy/requirements.txt" "$top/.venv-deploy")
HELM=$("$top/tools/deploy/tool.sh" helm)
KUSTOMIZE=$("$top/tools/deploy/tool.sh" kustomize)
export HELM KUSTOMIZE PYTHONDONTWRITEBYTECODE=1
