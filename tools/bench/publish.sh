#!/usr/bin/env bash
# Measures what publishing costs a node: bytes sent in an hour, CPU time and memory allocated by a poll and by a send,
# and an outage of CloudWatch of two days with the recovery. It runs in model time, so this needs only minutes. ipamD is
# simulated and CloudWatch has a stand-in; each is a separate process where it would disturb a measurement.
#
#   tools/bench/publish.sh [JAVA_HOME]...     without arguments: the JDK that JAVA_HOME or the PATH names
set -euo pipefail

repository=$(cd "$(dirname "$0")/../.." && pwd)
jar=$repository/benchmarks/target/benchmarks.jar
work=$(mktemp -d)
servers=()
# As the pod starts java.
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

# Runs a main class with the pod's flags; shows the agent's log only if that fails.
measure() { # OPTION... CLASS ARGUMENT...
  "$java" "${flags[@]}" -cp "$jar" "$@" 2>"$work/log.txt" ||
    { tail -n 20 "$work/log.txt" >&2; exit 1; }
}

# Starts a server in the background and sets $printed to the rest of the line that starts with a text.
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
  # A certificate for this run and this host only.
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
  # Soft references are cleared, as they are when memory is needed.
  measure -XX:SoftRefLRUPolicyMSPerMB=0 io.cnimetrics.agent.OutageTable "$work/outage-$(basename "$home")"
done
