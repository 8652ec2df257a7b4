#!/usr/bin/env bash
# Prints memory, start time and CPU of the native executable, of the JVM image, and of a JVM with its defaults. No
# container engine is needed. The agents run with a simulated ipamD and stand-ins for AWS.
#
#   tools/bench/footprint.sh IMAGE_DIR NATIVE_DIR MINUTES RUNS [--tracking] [--otlp] [NAME=OPTIONS]...
# IMAGE_DIR is the output of tools/image/build.sh. NATIVE_DIR is the output of tools/native/build.sh. --tracking adds
# Native Memory Tracking of the JVM image. NAME=OPTIONS replaces the JVM with its defaults. It measures the JVM image
# with more options ("large=-Xmx64m"), or another executable ("other=/PATH -Xmx16m"). --otlp measures only the JVM image
# and the executable, with and without OTLP.
set -euo pipefail

repository=$(cd "$(dirname "$0")/../.." && pwd)
out=$(cd "${1:?usage: tools/bench/footprint.sh IMAGE_DIR NATIVE_DIR MINUTES RUNS}" && pwd)
executable=$(cd "$2" && pwd)/cni-metrics-agent
jdk=${JAVA25_HOME:?set JAVA25_HOME to the home of a JDK 25}

"$jdk/bin/java" -cp "$repository/tools/image/target/classes" io.cnimetrics.imagetest.Footprint \
  "$out" "$repository/agent/target/dist/lib" "$executable" "${@:3}"

megabytes() { # of standard input
  wc -c | awk '{ printf "%.1f MB\n", $1 / 1e6 }'
}

echo
echo "native executable       $(megabytes <"$executable")"
echo "  compressed by gzip    $(gzip <"$executable" | megabytes)"
echo "runtime, jar and cache  $(tar -C "$out" -c . | megabytes)"
echo "  compressed by gzip    $(tar -C "$out" -c . | gzip | megabytes)"
for part in agent.jar agent.aot runtime/lib/modules runtime/lib/server/libjvm.so; do
  printf '  %-22s%s\n' "$(basename "$part")" "$(megabytes <"$out/$part")"
done
