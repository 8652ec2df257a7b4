#!/usr/bin/env bash
# Compiles the distribution in agent/target/dist to one executable.
#
#   tools/native/build.sh OUT_DIR [ARGUMENT...]      leaves OUT_DIR/cni-metrics-agent
#
# GRAALVM_HOME: a GraalVM 25, whose native-image is used. Without GRAALVM_HOME test-builder.sh runs the same builder on
# a plain JDK 25. That executable is only for tests and measurements, and needs that JDK.
# Further arguments are added to the arguments in native-image.args.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
lib=$(cd "$here/../.." && pwd)/agent/target/dist/lib
out=${1:?usage: tools/native/build.sh OUT_DIR}
shift
main=io.cnimetrics.cli.Main

[ -e "$lib/cni-metrics-agent.jar" ] || { echo "build.sh: no distribution: run 'mvn package' first" >&2; exit 1; }
mkdir -p "$out"
out=$(cd "$out" && pwd)
class_path=$(printf '%s\n' "$lib"/*.jar | paste -sd:)

arguments() {
  grep -vE '^(#|$)' "$here/native-image.args"
  # For nodes with 64 KiB pages. An executable with the default (the builder's page size) does not start on such nodes.
  [ "$(uname -m)" != aarch64 ] || echo -H:PageSize=65536
}

# Translates options of the launcher native-image to options of the builder.
translated() {
  sed -E 's/^-march=/-H:MicroArchitecture=/; s/^-O(.)$/-H:Optimize=\1/; s/^--enable-url-protocols=/-H:EnableURLProtocols=/'
}

if [ -n "${GRAALVM_HOME:-}" ]; then
  mapfile -t arguments < <(arguments)
  # Uses only the agent's own metadata. OkHttp's metadata would add all charsets and unused HTTP features.
  exec "$GRAALVM_HOME/bin/native-image" --no-fallback --exclude-config '.*/lib/(?!cni-metrics-agent)[^/]*\.jar' '.*' \
    -H:+UnlockExperimentalVMOptions "${arguments[@]}" "$@" -cp "$class_path" -o "$out/cni-metrics-agent" "$main"
fi
mapfile -t arguments < <(arguments | translated)
# The launcher native-image reads this file from the jar, but the builder does not.
metadata=META-INF/native-image/io.cnimetrics/cni-metrics-agent/reachability-metadata.json
exec "$here/test-builder.sh" "$class_path" "$main" "$out/cni-metrics-agent" \
  "-H:ReachabilityMetadataResources=$metadata" "${arguments[@]}" "$@"
