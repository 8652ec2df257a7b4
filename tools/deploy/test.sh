#!/bin/sh
# Tests the deployment. Renders daemonset/ with kustomize and Helm, and checks the objects against the schemas of
# Kubernetes and the project's rules. Lints and simulates iam-policy/, validates the Terraform module if terraform is on
# the PATH, and lints the workflows. Needs Python 3.10 or newer and a shell, but no cluster, no container engine and no
# root. The first run downloads the tools. Later runs need no network.
#
#   tools/deploy/test.sh [TEST ...]     all tests, or such as test_policies
set -eu

. "$(dirname "$0")/environment.sh"
ACTIONLINT=$("$top/tools/deploy/tool.sh" actionlint)
KUBECONFORM=$("$top/tools/deploy/tool.sh" kubeconform)
TERRAFORM=$("$top/tools/deploy/tool.sh" terraform)
TERRAFORM_PROVIDER=${TERRAFORM:+$("$top/tools/deploy/tool.sh" provider)}
export ACTIONLINT KUBECONFORM TERRAFORM TERRAFORM_PROVIDER

cd "$top/tools/deploy/tests"
export PYTHONPATH="$top/tools/deploy/tests:$top/tools/deploy"
# parliament imports pkg_resources, which prints this warning.
export PYTHONWARNINGS="ignore:pkg_resources is deprecated"
[ $# -gt 0 ] || set -- discover
exec "$python" -m unittest "$@"
