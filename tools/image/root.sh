#!/usr/bin/env bash
# Writes the files that the image adds to the base image: the executable, and the shared libraries that the executable
# needs in addition to glibc. An executable of GraalVM needs zlib. An executable of the test-only builder (tools/native)
# also needs libraries of the JDK.
#
#   tools/image/root.sh EXECUTABLE DIRECTORY
set -euo pipefail

executable=${1:?usage: tools/image/root.sh EXECUTABLE DIRECTORY}
directory=${2:?usage: tools/image/root.sh EXECUTABLE DIRECTORY}

libraries=$(ldd "$executable")
if grep 'not found' <<<"$libraries" >&2; then
  echo "root.sh: $executable needs libraries that are not on this machine" >&2
  exit 1
fi
mkdir -p "$directory/usr/local/bin" "$directory/usr/lib"
install -m 755 "$executable" "$directory/usr/local/bin/cni-metrics-agent"
# The loader of every Debian searches /usr/lib, even without a cache of libraries.
awk '$2 == "=>" { print $3 }' <<<"$libraries" | while read -r library; do
  case ${library##*/} in
    libc.so.* | libm.so.* | libdl.so.* | libpthread.so.* | librt.so.*) ;; # glibc
    *) install -m 644 "$library" "$directory/usr/lib/" ;;
  esac
done
