#!/usr/bin/env bash
# Prints what the image takes, and what it would take without its runtime, options and cache. No container engine is
# needed: the runtime, jar and cache of the image work beside a simulated ipamD and stand-ins for AWS.
#
#   tools/footprint.sh OUT_DIR MINUTES RUNS [--native] [NAME=OPTIONS]...
#
# OUT_DIR is what tools/image/build.sh made. --native adds what Native Memory Tracking says of the image. With
# NAME=OPTIONS the image is measured beside itself with more JVM options, such as "large=-Xmx64m".
set -euo pipefail

repository=$(cd "$(dirname "$0")/.." && pwd)
out=$(cd "${1:?usage: tools/footprint.sh OUT_DIR MINUTES RUNS}" && pwd)
jdk=${JAVA25_HOME:?set JAVA25_HOME to the home of a JDK 25}

"$jdk/bin/java" -cp "$repository/tools/image/target/classes" io.cnimetrics.standin.Footprint \
  "$out" "$repository/agent/target/dist/lib" "${@:2}"

megabytes() { # of standard input
  wc -c | awk '{ printf "%.1f MB\n", $1 / 1e6 }'
}

echo
echo "runtime, jar and cache  $(tar -C "$out" -c . | megabytes)"
echo "  compressed by gzip    $(tar -C "$out" -c . | gzip | megabytes)"
for part in agent.jar agent.aot runtime/lib/modules runtime/lib/server/libjvm.so; do
  printf '  %-22s%s\n' "$(basename "$part")" "$(megabytes <"$out/$part")"
done
