#!/usr/bin/env bash
# Publishes a release. The workflow `release` runs these steps, and `make release-test` rehearses them.
#
#   tools/release/release.sh check          checks that every file names VERSION, and that CHANGELOG.md has its date
#   tools/release/release.sh image ARCH     builds and pushes both images of one architecture: amd64 or arm64
#   tools/release/release.sh publish        joins, signs and describes the images, then pushes and signs the chart
#
# VERSION   the version, such as 1.2.3
# REGISTRY  the registry and the owner, such as ghcr.io/OWNER. The owner is named only here. `image` and `publish` work
#           on a copy of the sources with this owner in place of the word OWNER in each link.
#
# `image` needs docker buildx. Before `image` and `publish`, log in to the registry with docker. `publish` writes the
# files of the release to target/package and its notes to target/release-notes.md. Each step can be repeated.
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top"
version=${VERSION:?set VERSION, such as 1.2.3}
registry=${REGISTRY:-}
owner=${registry##*/}
registry=${registry,,} # ghcr.io refuses capital letters
image=$registry/cni-metrics-agent
charts=$registry/charts

fail() {
  echo "release.sh: $*" >&2
  exit 1
}

tool() {
  tools/deploy/tool.sh "$1"
}

check() {
  local module wrong=0
  says() { # FILE EXPRESSION: the first group is the version
    local found
    found=$(sed -nE "s|$2|\\1|p" "$1" | head -n 1)
    [ "$found" = "$version" ] || { echo "$1: '$found' is not $version" >&2; wrong=1; }
  }
  says pom.xml '^  <version>(.*)</version>$'
  for module in agent benchmarks tools/image; do
    says $module/pom.xml '^    <version>(.*)</version>$'
  done
  says daemonset/chart/Chart.yaml '^version: (.*)$'
  says daemonset/chart/Chart.yaml '^appVersion: "?([^"]*)"?$'
  says daemonset/base/kustomization.yaml '^    newTag: (.*)$'
  says Dockerfile '^ARG VERSION=(.*)$'
  says README.md '^Version ([0-9.]*)[,.].*$'
  says CHANGELOG.md '^## \[([0-9.]*)\] - [0-9]{4}-[0-9]{2}-[0-9]{2}$'
  if grep -rnE '(, | is |- )not released|Not published|No release exists|Before the first release' \
    README.md CHANGELOG.md docs daemonset/chart/README.md >&2; then
    echo "these lines say that there is no release" >&2
    wrong=1
  fi
  [ $wrong = 0 ] || fail "version $version cannot be released yet"
}

# Copies the sources to $sources, with the owner.
copy_sources() {
  sources=$(mktemp -d)
  trap 'rm -rf "$sources"' EXIT
  git ls-files -z --cached --others --exclude-standard | tar --create --null --files-from - |
    tar --extract --directory "$sources"
  grep -rlZE '(/|name: )OWNER\>' "$sources" |
    xargs -0 sed -i -E -e "s#ghcr\.io/OWNER\>#$registry#g" -e "s#(/|name: )OWNER\>#\1$owner#g"
}

image() {
  local arch=${1:?usage: tools/release/release.sh image ARCH} target tag
  copy_sources
  for target in native-image jvm; do
    tag=$version
    [ $target = native-image ] || tag+=-jvm
    docker buildx build --platform "linux/$arch" --provenance=false --push --target $target \
      --build-arg VERSION="$version" --build-arg REVISION="$(git rev-parse HEAD)" --tag "$image:$tag-$arch" "$sources"
  done
}

publish() {
  local crane cosign tag digest jvm_digest chart
  copy_sources
  crane=$(tool crane)
  cosign=$(tool cosign)
  HELM=$(tool helm)
  KUSTOMIZE=$(tool kustomize)
  export HELM KUSTOMIZE
  for tag in "$version" "$version-jvm"; do
    "$crane" index append --manifest "$image:$tag-amd64" --manifest "$image:$tag-arm64" --tag "$image:$tag"
  done
  digest=$("$crane" digest "$image:$version")
  jvm_digest=$("$crane" digest "$image:$version-jvm")

  "$sources/tools/deploy/package.sh" "$version" "$image" "$digest" "$top/target/package"
  for digest in "$digest" "$jvm_digest"; do
    "$cosign" sign --yes "$image@$digest"
    "$cosign" attest --yes --type cyclonedx --predicate "target/package/cni-metrics-agent-$version.cdx.json" \
      "$image@$digest"
  done
  "$cosign" sign-blob --yes --bundle target/package/SHA256SUMS.bundle target/package/SHA256SUMS

  # The chart is pushed last, so that a chart that a user can pull always has a signed image.
  "$HELM" push "target/package/cni-metrics-agent-$version.tgz" "oci://$charts"
  chart=$("$crane" digest "$charts/cni-metrics-agent:$version")
  "$cosign" sign --yes "$charts/cni-metrics-agent@$chart"
  notes >target/release-notes.md
}

# The commands that install this release, and the release's part of the CHANGELOG.
notes() {
  echo "Install it:"
  echo
  sed -n '/^    helm install .* oci:/,/[^\\]$/p' "$sources/README.md"
  echo
  awk -v version="$version" '/^## / { on = index($0, "## [" version "]") == 1; next } on' CHANGELOG.md
}

case ${1-} in
check) check ;;
image | publish)
  [ -n "$registry" ] || fail "set REGISTRY, such as ghcr.io/OWNER"
  "$@"
  ;;
*) fail "which step? check, image ARCH or publish" ;;
esac
