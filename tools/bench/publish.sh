#!/usr/bin/env bash
# Measures the cost of publishing on a node: bytes sent in an hour, CPU time and allocated memory of a poll and of a
# send. Also measures an outage of CloudWatch of 2 days and the recovery. Model time makes this last only minutes. ipamD
# is simulated, and CloudWatch is a stand-in. Both are separate processes if they would disturb a measurement.
#
#   tools/bench/publish.sh [JAVA_HOME]...     without arguments: the JDK that JAVA_HOME or the PATH names
set -euo pipefail

repository=$(cd "$(dirname "$0")/../.." && pwd)
jar=$repository/benchmarks/target/benchmarks.jar
work=$(mktemp -d)
servers=()
# The pod's options for java.
flags=(-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx12m -Xms6m -Xmn2m -Xss256k)

stop_servers() {
  local server
  for server in "${servers[@]}"; do
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  done
  servers=()
}

finish() {
  stop_servers
  rm -rf "$work"
}
trap finish EXIT

unset JAVA_OPTS JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS

# Runs a main class with the pod's options. Shows the agent's log only if the class fails.
measure() { # OPTION... CLASS ARGUMENT...
  "$java" "${flags[@]}" -cp "$jar" "$@" 2>"$work/log.txt" ||
    { tail -n 20 "$work/log.txt" >&2; exit 1; }
}

# Starts a server in the background. Waits for an output line that starts with TEXT, and sets $printed to the rest of
# the line.
start_server() { # TEXT COMMAND...
  local text=$1
  shift
  : >"$work/server.txt"
  "$@" >>"$work/server.txt" 2>&1 &
  servers+=($!)
  for _ in {1..100}; do
    printed=$(sed -n "s/^$text: //p" "$work/server.txt")
    [ -z "$printed" ] || return 0
    sleep 0.1
  done
  cat "$work/server.txt" >&2
  exit 1
}

polls() { # INSTANCE_TYPE PODS
  start_server "simulated ipamD" "$java" -XX:+UseSerialGC -cp "$jar" io.cnimetrics.cli.Main simulate \
    --instance-type "$1" --pods "$2" --max-pods 737 --settled 1h --introspection-port 0 --metrics-port 0
  local urls
  read -ra urls <<<"$printed"
  measure io.cnimetrics.agent.PollTable "$1" "${urls[1]}" "${urls[3]}" "$(mktemp -d -p "$work")"
  stop_servers
}

sends() {
  local keys=$work/keys server=(-XX:+UseSerialGC -cp "$jar" io.cnimetrics.cloudwatch.LocalCloudWatch) urls=()
  # The certificate is valid only for this run and this host.
  "$home/bin/keytool" -genkeypair -alias local -keyalg RSA -keysize 2048 -dname CN=localhost -ext SAN=ip:127.0.0.1 \
    -validity 2 -storetype PKCS12 -keystore "$keys" -storepass benchmark 2>/dev/null
  start_server "local CloudWatch" "$java" "${server[@]}"
  urls+=("$printed")
  start_server "local CloudWatch" "$java" "${server[@]}" "$keys" resumed
  urls+=("$printed")
  start_server "local CloudWatch" "$java" "${server[@]}" "$keys" new
  urls+=("$printed")
  measure -Djavax.net.ssl.trustStore="$keys" -Djavax.net.ssl.trustStorePassword=benchmark \
    io.cnimetrics.agent.SendTable "${urls[@]}"
  stop_servers
  rm "$keys"
}

if [ $# -eq 0 ]; then
  set -- "$("${JAVA_HOME:+$JAVA_HOME/bin/}java" -XshowSettings:properties -version 2>&1 |
    sed -n 's/^ *java.home = //p')"
fi
java=$1/bin/java
measure io.cnimetrics.agent.WireTable
for home in "$@"; do
  java=$home/bin/java
  polls m5.xlarge 50
  polls m5.24xlarge 600
  sends
  # Clears soft references, as the JVM does when it needs memory.
  measure -XX:SoftRefLRUPolicyMSPerMB=0 io.cnimetrics.agent.OutageTable "$work/outage-$(basename "$home")"
done
