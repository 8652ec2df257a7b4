#!/usr/bin/env bash
# Builds the image from the Dockerfile, without a daemon, and runs it by podman as the manifest does: not root, nothing
# to write to but the state directory, no capabilities, the manifest's limit of memory. Beside it work a simulated ipamD
# and stand-ins for AWS. It must get a state directory of root's by its init container, send each minute, bear `doctor`
# in the same container, and send the last minute when it is told to stop.
#
#   tools/image/container-test.sh [MINUTES]     1 by default
#
# JAVA25_HOME: a JDK 25, looked for where Debian has JDKs by default; without one, or where nobody may start containers,
# it says that it was skipped. No image registry is asked: the base images' places are taken by a minimal Debian with that JDK
# and, for the last stage, by glibc alone. Needs root and Debian's packages, which it installs.
set -euo pipefail

repository=$(cd "$(dirname "$0")/../.." && pwd)
minutes=${1:-1}
jdk=${JAVA25_HOME:-$(grep -ls '^JAVA_VERSION="25' /usr/lib/jvm/*/release | head -n 1 | xargs -r dirname)}
packages="buildah podman runc conmon netavark catatonit mmdebstrap"
work=$(mktemp -d)
image=localhost/cni-metrics-agent:test

skip() {
  echo "SKIPPED: the image and its container were not tested: $1" >&2
  exit 0
}

[ -n "$jdk" ] || skip "there is no JDK 25 (JAVA25_HOME)"
if [ "$(id -u)" != 0 ] || ! unshare --mount --pid --fork true 2>/dev/null; then
  skip "this user may not start containers"
fi

install() {
  local tool missing=
  for tool in buildah podman runc mmdebstrap; do
    command -v "$tool" >/dev/null || missing+=" $tool"
  done
  if [ -n "$missing" ]; then
    # shellcheck disable=SC2086
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $packages; } \
      >"$work/apt.log" 2>&1 || { tail -n 20 "$work/apt.log" >&2; exit 1; }
  fi
}

engine() {
  printf '[storage]\ndriver = "vfs"\ngraphroot = "%s/graph"\nrunroot = "%s/run"\n' "$work" "$work" >"$work/storage.conf"
  # Ulimits of its own, because the default may be above what a container may have.
  printf '[containers]\ndefault_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]\n' >"$work/containers.conf"
  printf '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\nruntime = "runc"\n' >>"$work/containers.conf"
  export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs
  export CONTAINERS_STORAGE_CONF=$work/storage.conf CONTAINERS_CONF=$work/containers.conf
}

bases() {
  mmdebstrap --quiet --variant=minbase --include=ca-certificates bookworm "$work/debian.tar"
  mmdebstrap --quiet --variant=extract --include=libc6 bookworm "$work/glibc.tar"
  tar -C "$jdk" -ch -f "$work/jdk.tar" .
  printf 'FROM scratch\nADD glibc.tar /\n' | build base
  printf 'FROM scratch\nADD debian.tar /\nADD jdk.tar /opt/jdk/\nENV JAVA_HOME=/opt/jdk PATH=/opt/jdk/bin:/usr/bin:/bin\n' |
    build jdk
}

build() {
  buildah bud --quiet --pull-never --tag "localhost/$1" --file - "$work" >/dev/null
}

image() { # with this machine's Maven repository, so that nothing is fetched twice
  local repository_of_maven=${MAVEN_REPOSITORY:-$HOME/.m2}
  mkdir -p "$repository_of_maven"
  buildah bud --quiet --pull-never --tag "$image" --volume "$repository_of_maven:/root/.m2" \
    --build-arg JDK_IMAGE=localhost/jdk --build-arg BASE_IMAGE=localhost/base "$repository" >"$work/build.log" 2>&1 ||
    { tail -n 40 "$work/build.log" >&2; exit 1; }
}

contents() { # what the image holds, for the simulator beside it
  local container
  container=$(podman create --pull never "$image")
  podman cp "$container:/opt/agent" "$work/agent"
  podman rm "$container" >/dev/null
}

limit() { # a manifest's, as podman writes it
  sed -n '/limits:/,/memory:/s/^ *memory: \([0-9]*\)Mi$/\1m/p' "$repository/daemonset/$1"
}

# Everything of the engine lies there, so that nothing stays behind.
trap 'rm -rf "$work"' EXIT
install
engine
echo "base images ..." >&2
bases
echo "image ..." >&2
image
podman image inspect --format '{{.Size}}' "$image" | awk '{ printf "image: %.1f MB\n", $1 / 1e6 }'
contents
mkdir "$work/classes"
"$jdk/bin/javac" -d "$work/classes" "$repository"/tools/image/src/main/java/io/cnimetrics/standin/[A-Z]*.java
"$jdk/bin/java" -cp "$work/classes" io.cnimetrics.standin.Container "$work/agent" "$image" "$minutes" \
  "$(limit base/daemonset.yaml)" "$(limit components/host-path-state/kustomization.yaml)"
