#!/bin/sh
# Writes DIST/bin/cni-metrics-agent, which starts the native executable as the distribution starts the JVM.
#
#   tools/native/launcher.sh EXECUTABLE DIST
#
# The -D options of JAVA_OPTS become arguments. The executable ignores the other options, for example the heap size.
set -eu
executable=$(realpath "${1:?usage: tools/native/launcher.sh EXECUTABLE DIST}")
launcher=${2:?usage: tools/native/launcher.sh EXECUTABLE DIST}/bin/cni-metrics-agent
mkdir -p "${launcher%/*}"
cat >"$launcher" <<END
#!/bin/sh
for option in \$JAVA_OPTS; do
  case \$option in -D*) set -- "\$option" "\$@" ;; esac
done
exec "$executable" "\$@"
END
chmod +x "$launcher"
