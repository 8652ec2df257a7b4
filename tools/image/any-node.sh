#!/usr/bin/env bash
# Checks that an executable starts on any node of its architecture. Runs the executable on the oldest CPU that qemu
# supports, and on arm64 with memory pages of 64 KiB. Needs Debian's qemu-user-static.
#
#   tools/image/any-node.sh EXECUTABLE
set -euo pipefail

executable=${1:?usage: tools/image/any-node.sh EXECUTABLE}
case $(uname -m) in
  x86_64) emulator=(qemu-x86_64-static -cpu Nehalem) ;;
  aarch64) emulator=(qemu-aarch64-static -cpu cortex-a53 -p 65536) ;;
  *) echo "any-node.sh: the architecture $(uname -m) is not supported" >&2; exit 1 ;;
esac

"${emulator[@]}" "$executable" dry-run --simulate | grep -q assignIPAddresses ||
  { echo "any-node.sh: ${emulator[*]} does not run $executable" >&2; exit 1; }
echo "runs under ${emulator[*]}"
