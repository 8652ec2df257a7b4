#!/usr/bin/env bash
# Builds the image from the Dockerfile, without a daemon, and runs it with podman and the restrictions of the manifest.
# The agent is not root and has no capabilities. It can write only to the state directory, and has the manifest's memory
# limits. A simulated ipamD and stand-ins for AWS run on the same machine. The init container must give a directory of
# root to the agent's user. The agent must send each minute, keep running while `doctor` runs in the same container, and
# send the last minute after SIGTERM.
#
#   tools/image/container-test.sh [MINUTES]     1 by default
#
# No image registry is needed. Debian's glibc replaces the base of the last stage. The output of `make native` on this
# machine replaces the stage `native`. With GRAALVM_HOME this is the real executable. Without GRAALVM_HOME it is the
# executable of the test-only builder with the libraries of its JDK. Therefore the last stage, the manifest and the
# agent are tested. The stages that compile are not tested.
# Needs root, a JDK 25 (JAVA25_HOME, or one in Debian's directory of JDKs) and Debian packages. The script installs these
# packages. Without a JDK 25 or the right to start containers it prints SKIPPED.
set -euo pipefail

repository=$(cd "$(dirname "$0")/../.." && pwd)
minutes=${1:-1}
jdk=${JAVA25_HOME:-$(grep -ls '^JAVA_VERSION="25' /usr/lib/jvm/*/release | head -n 1 | xargs -r dirname)}
packages="buildah podman runc conmon netavark catatonit mmdebstrap"
work=$(mktemp -d)
image=localhost/cni-metrics-agent:test
executable=$repository/agent/target/native/cni-metrics-agent

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
  # The engine's default ulimits can be higher than this machine's limits.
  printf '[containers]\ndefault_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]\n' >"$work/containers.conf"
  printf '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\nruntime = "runc"\n' >>"$work/containers.conf"
  export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs
  export CONTAINERS_STORAGE_CONF=$work/storage.conf CONTAINERS_CONF=$work/containers.conf
}

base() {
  mmdebstrap --quiet --variant=extract --include=libc6 bookworm "$work/glibc.tar"
  printf 'FROM scratch\nADD glibc.tar /\n' |
    buildah bud --quiet --pull-never --tag localhost/base --file - "$work" >/dev/null
}

native() {
  JAVA25_HOME=$jdk make --no-print-directory -C "$repository" native >"$work/native.log" 2>&1 ||
    { tail -n 40 "$work/native.log" >&2; exit 1; }
  "$repository/tools/image/root.sh" "$executable" "$work/root"
}

image() {
  buildah bud --quiet --pull-never --tag "$image" --build-context "native=$work/root" \
    --build-arg BASE_IMAGE=localhost/base "$repository" >"$work/build.log" 2>&1 ||
    { tail -n 40 "$work/build.log" >&2; exit 1; }
}

limit() { # of a manifest, in podman's notation
  sed -n '/limits:/,/memory:/s/^ *memory: \([0-9]*\)Mi$/\1m/p' "$repository/daemonset/$1"
}

# All files of the engine are in this directory. Therefore no file remains after the test.
trap 'rm -rf "$work"' EXIT
install
engine
echo "base image ..." >&2
base
echo "executable ..." >&2
native
echo "image ..." >&2
image
podman image inspect --format '{{.Size}}' "$image" | awk '{ printf "image: %.1f MB\n", $1 / 1e6 }'
mkdir "$work/classes"
"$jdk/bin/javac" -d "$work/classes" "$repository"/tools/image/src/main/java/io/cnimetrics/imagetest/[A-Z]*.java
"$jdk/bin/java" -cp "$work/classes" io.cnimetrics.imagetest.Container "$executable" "$image" "$minutes" \
  "$(limit base/daemonset.yaml)" "$(limit components/host-path-state/kustomization.yaml)"
