#!/usr/bin/env bash
# Makes the contents of the Dockerfile's target `jvm`. These are one small jar of the agent and its libraries, a Java
# runtime with the needed modules, and an AOT cache of the classes that a real run loaded. `make footprint` measures the
# same files without a container engine.
#
#   tools/image/build.sh OUT_DIR      replaces OUT_DIR/agent.{jar,aot,args} and the runtime in OUT_DIR/runtime
#
# JAVA25_HOME: a JDK 25. `mvn -Pimage package` must have made the distribution and the tools before.
#
# The jar and the cache are always made together. The JVM does not notice a new jar with the same size and date, and
# runs the old classes from the cache (JDK-8377932).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)
jdk=${JAVA25_HOME:?set JAVA25_HOME to the home of a JDK 25, which makes the runtime}
out=${1:?usage: tools/image/build.sh OUT_DIR}

# The modules that the classes in the jar use. TLS is in java.base.
modules=java.base,java.logging,java.xml,jdk.httpserver
# Modules that only unused code of the libraries needs.
more_modules=java.compiler,java.desktop,java.instrument,java.management,java.naming,java.net.http,java.security.sasl
more_modules+=,java.sql,jdk.unsupported

fail() {
  echo "build.sh: $*" >&2
  exit 1
}

check() {
  grep -q '^JAVA_VERSION="25' "$jdk/release" 2>/dev/null || fail "JAVA25_HOME=$jdk is not the home of a JDK 25"
  if ! [ -e "$repository/agent/target/dist/lib/cni-metrics-agent.jar" ] || ! [ -d "$here/target/proguard" ]; then
    fail "nothing to build from: run 'mvn -Pimage package' first"
  fi
}

# One jar of all classes that Main uses.
shrink() {
  local lib=$repository/agent/target/dist/lib classes=$work/classes module jar
  # The classes of the JDK come from the modules file, because some JDK 25 have no jmods.
  "$jdk/bin/jimage" extract --dir "$classes" --include "regex:/(${modules//,/|}|${more_modules//,/|})/.*\.class" \
    "$jdk/lib/modules"
  {
    for jar in "$lib"/*.jar; do
      echo "-injars '$jar'($(not_needed))"
    done
    echo "-outjars '$out/agent.jar'"
    for module in ${modules//,/ } ${more_modules//,/ }; do
      echo "-libraryjars '$classes/$module'(!module-info.class)"
    done
    cat "$here/agent.pro"
  } >"$work/agent.pro"
  "$jdk/bin/java" -Xmx2g -cp "$here/target/proguard/*" proguard.ProGuard "@$work/agent.pro" >"$work/shrink.log" 2>&1 ||
    { sort -u "$work/shrink.log" | tail -n 40 >&2; fail "ProGuard failed"; }
  # The JVM rejects the cache if the jar's date differs. Image builders that set one date for all files use 1970.
  touch --date=@0 "$out/agent.jar"
}

# Files of the libraries that no code reads at run time.
not_needed() {
  local files='META-INF/maven/** META-INF/native-image/** META-INF/versions/** META-INF/proguard/**'
  files+=' META-INF/com.android.tools/** META-INF/*.kotlin_module META-INF/com.google.dagger*'
  files+=' META-INF/*LICENSE* META-INF/*NOTICE* META-INF/DEPENDENCIES META-INF/INDEX.LIST META-INF/MANIFEST.MF'
  files+=' META-INF/services/software.amazon.awssdk.core.warmup.SdkWarmUpProvider'
  files+=' META-INF/services/jakarta.servlet.ServletContainerInitializer META-INF/services/*JsonFactory'
  files+=' module-info.class **.kotlin_builtins **.proto **/endpoints.json mime.types VersionInfo.java'
  files+=' **/VersionInfo.java.vm **/customization.config **/service-2.json **/paginators-1.json'
  # shellcheck disable=SC2086
  (set -f; printf '!%s,' $files | sed 's/,$//')
}

# Parts of the JDK's modules that no code uses. These are XML (except the stream reader for EC2's responses) and
# messages in other languages than English. One class of each package stays, because a module must have all of its
# packages. trax and its interface SourceLoader stay, because the stream reader refers to the factory of style sheets.
unreached() {
  local apache=com/sun/org/apache xslt xpath schemas trees
  xslt="$apache/(bcel|xalan/internal/(lib|res|templates|utils|xsltc/(compiler|dom|runtime|util)))/"
  xpath="$apache/(xpath|xml/internal/(dtm|res|serialize|serializer|utils)|xerces/internal/impl/xpath)/"
  schemas="$apache/xerces/internal/(impl/(xs|dv/xs)|jaxp/validation)/"
  trees="$apache/xerces/internal/(dom|xinclude|xpointer)/"
  "$jdk/bin/jimage" list --include "regex:/java.xml/($xslt|$xpath|$schemas|$trees).*\.class" "$jdk/lib/modules" |
    awk '/\.class$/ && !/SourceLoader/ { package = $1; sub("/[^/]*$", "", package)
      if (seen[package]++) print "/java.xml/" $1 }'
  echo 'regex:.*_(de|es|fr|it|ja|ko|pt_BR|sv|zh_CN|zh_HK|zh_TW)\.(class|properties)'
}

# The modules file is not compressed, because the JVM maps it. Registries compress the layers.
link() {
  unreached >"$work/unreached"
  rm -rf "$out/runtime"
  "$jdk/bin/jlink" --add-modules "$modules" --strip-java-debug-attributes --no-header-files --no-man-pages \
    --exclude-resources="@$work/unreached" --compress=zip-0 --output "$out/runtime"
  # Removes files that only inspection tools and another kind of cache need.
  rm "$out/runtime/lib/jrt-fs.jar" "$out/runtime/lib/classlist"
  if command -v strip >/dev/null; then
    find "$out/runtime" -name '*.so' -exec strip --strip-unneeded {} +
  else
    echo "build.sh: without strip (binutils) the runtime is 5 MB larger" >&2
  fi
}

# The reduced java.xml must read documents like the complete java.xml. The JVM verifies all classes that this run loads.
read_xml() {
  "$jdk/bin/java" -cp "$here/target/classes" io.cnimetrics.imagetest.ReadXml >"$work/whole.txt"
  "$out/runtime/bin/java" -Xverify:all -cp "$here/target/classes" io.cnimetrics.imagetest.ReadXml >"$work/cut.txt" 2>&1 ||
    { tail -n 40 "$work/cut.txt" >&2; fail "the runtime cannot read XML: unreached() cuts too much"; }
  diff "$work/whole.txt" "$work/cut.txt" >&2 || fail "the runtime reads XML differently: unreached() cuts too much"
}

# The arguments of java: the options, and the paths of the cache and the jar.
write_args() {
  cp "$here/jvm.options" "$out/jvm.options"
  {
    cat "$here/jvm.options"
    printf '\n# Made together: never replace only one of them.\n'
    printf '%s\n' "-XX:AOTCache=\"$out/agent.aot\"" "-cp \"$out/agent.jar\"" io.cnimetrics.cli.Main
  } >"$out/agent.args"
}

# Runs the agent once. The JVM writes the cache at the end of this run.
train() {
  "$jdk/bin/java" -cp "$here/target/classes" io.cnimetrics.imagetest.Train "$out" >"$work/train.log" 2>&1 ||
    { tail -n 40 "$work/train.log" >&2; fail "training failed"; }
  [ -s "$out/agent.aot" ] || { cat "$work/train.log" >&2; fail "training left no cache"; }
}

check
mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -f "$out/agent.jar" "$out/agent.aot" "$out/agent.args"
echo "shrinking ..." >&2
shrink
echo "linking ..." >&2
link
read_xml
write_args
echo "training ..." >&2
train
ls -l "$out" >&2
