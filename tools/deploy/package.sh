#!/bin/sh
# Makes the files of a release, except the image: chart, manifests, kubectl plugin, SBOM, checksums.
#
#   tools/deploy/package.sh VERSION IMAGE [DIGEST] [DIRECTORY]
#
# IMAGE has no tag, such as ghcr.io/OWNER/cni-metrics-agent. With a DIGEST (sha256:...) the chart and the manifests use
# this digest. The same commit gives the same files on any day and machine, except for the SBOM's serial number.
set -eu

[ $# -ge 2 ] || {
  echo "usage: $0 VERSION IMAGE [DIGEST] [DIRECTORY]" >&2
  exit 2
}
version=$1 image=$2 digest=${3:-}
top=$(cd "$(dirname "$0")/../.." && pwd)
out=${4:-$top/target/package}
case $version in
[0-9]*.[0-9]*.[0-9]*) ;;
*)
  echo "$0: '$version' is not a version: expected one like 1.2.3" >&2
  exit 2
  ;;
esac
case $digest in
'' | sha256:*) ;;
*)
  echo "$0: '$digest' is not a digest: expected sha256:... or nothing" >&2
  exit 2
  ;;
esac
helm=$("$top/tools/deploy/tool.sh" helm)
kustomize=$("$top/tools/deploy/tool.sh" kustomize)
rm -rf "$out"
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -R "$top/daemonset" "$work/"

# The chart, with the image of this release.
registry=${image%%/*} repository=${image#*/}
sed -i \
  -e "s|^  registry: \"\"|  registry: $registry|" \
  -e "s|^  repository: .*|  repository: $repository|" \
  -e "s|^  digest: \"\"|  digest: \"$digest\"|" "$work/daemonset/chart/values.yaml"
sed -i "s|^      image: .*|      image: $image:$version|" "$work/daemonset/chart/Chart.yaml"
"$helm" package "$work/daemonset/chart" --version "$version" --app-version "$version" --destination "$out" >/dev/null

cp "$top/tools/kubectl-cni_doctor" "$out/"

# Plain manifests, one file for each way to install.
if [ -n "$digest" ]; then
  tag="digest: $digest"
else
  tag="newTag: $version"
fi
sed -i \
  -e "s|^    newTag: .*|    newName: $image\n    $tag|" \
  -e "s|app.kubernetes.io/version: .*|app.kubernetes.io/version: $version|" \
  "$work/daemonset/base/kustomization.yaml" "$work/daemonset/components/prometheus/kustomization.yaml"
for overlay in base overlays/irsa overlays/prometheus overlays/host-path-state; do
  # A command with its arguments, such as `kubectl kustomize`.
  # shellcheck disable=SC2086
  $kustomize "$work/daemonset/$overlay" >"$out/cni-metrics-agent-${overlay#overlays/}.yaml"
done
mv "$out/cni-metrics-agent-base.yaml" "$out/cni-metrics-agent.yaml"
cp "$top"/iam-policy/*.json "$top/iam-policy/role.yaml" "$out/"

# The SBOM lists the libraries in the executable and in the jar of the target `jvm`.
cd "$top"
if [ -z "${MVN:-}" ]; then
  if ./mvnw -v >/dev/null 2>&1; then MVN=./mvnw; else MVN=mvn; fi
fi
# shellcheck disable=SC2086
$MVN ${MAVEN_FLAGS:---batch-mode --no-transfer-progress} --quiet -pl agent \
  org.cyclonedx:cyclonedx-maven-plugin:2.9.3:makeBom -DoutputFormat=json -DoutputName=sbom \
  -DincludeTestScope=false -DoutputDirectory="$work"
cp "$work/sbom.json" "$out/cni-metrics-agent-$version.cdx.json"

cd "$out"
sha256sum -- * >"$work/SHA256SUMS"
mv "$work/SHA256SUMS" .
ls -l
