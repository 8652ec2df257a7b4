#!/usr/bin/env bash
# Builds a native executable without a GraalVM, for tests only. The builder's jars from Maven Central run on a JDK 25.
# jdk-glue.c replaces the builder's C helpers, and the JDK's shared libraries replace static libraries. The executable
# needs this JDK and the cache. Never release this executable. Build releases with GRAALVM_HOME.
#
#   tools/native/test-builder.sh CLASS_PATH MAIN_CLASS EXECUTABLE [-H:... -R:... ]
#
# JAVA25_HOME: a JDK 25. By default a JDK 25 in Debian's directory of JDKs. Needs x86-64, gcc, zlib and Maven (MVN). If
# gcc is missing, the script installs gcc, which needs root and apt. Downloaded and prepared files stay in
# ${XDG_CACHE_HOME:-~/.cache}/cni-metrics-agent. HEAP: the builder's heap, 9g by default.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
class_path=${1:?usage: tools/native/test-builder.sh CLASS_PATH MAIN_CLASS EXECUTABLE}
main=$2
executable=$3
shift 3
version=$(sed -nE 's/.*<version>([0-9.]+)<.*/\1/p' "$here/pom.xml" | tail -n 1)
home=${JAVA25_HOME:-$(grep -ls '^JAVA_VERSION="25' /usr/lib/jvm/*/release | head -n 1 | xargs -r dirname)}

fail() {
  echo "test-builder.sh: $*" >&2
  exit 1
}

grep -q '^JAVA_VERSION="25' "$home/release" 2>/dev/null || fail "there is no JDK 25: set JAVA25_HOME"
[ "$(uname -m)" = x86_64 ] || fail "builds on x86-64 only: set GRAALVM_HOME"
if ! command -v gcc >/dev/null; then
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || fail "there is no gcc"
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends gcc libc6-dev zlib1g; } \
    >/dev/null 2>&1 || fail "gcc could not be installed"
fi

# Each builder, JDK and version of these files has its own directory. Therefore older executables keep their libraries.
key=$(cat "$0" "$here/jdk-glue.c" "$home/release" <(echo "$home") | cksum | cut -d' ' -f1)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/cni-metrics-agent
work=$cache/native-$version-$key
jdk=$work/jdk
jars=$cache/native-$version-jars
headers=$work/headers
static=$jdk/lib/static/linux-amd64/glibc

# The builder finds static libraries in java.home. Therefore java.home is a directory of links to the JDK's files. Only
# files that find other files by their own path are copied.
jdk_of_links() {
  cp -rs "$home" "$jdk"
  rm -r "$jdk"/bin/java "$jdk"/lib/{libjli.so,jvm.cfg,libjava.so,server}
  cp "$home/bin/java" "$jdk/bin/"
  cp -r "$home"/lib/{libjli.so,jvm.cfg,libjava.so,server} "$jdk/lib/"
  mkdir -p "$static" "$jdk/lib/svm/builder/lib"
}

# A linker script with the name of a static library. It names the JDK's shared library, and the entry point that a
# static library has.
jdk_libraries() {
  local name
  cat >"$work/onload.c" <<'C'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <jni.h>
#define TEXT2(library) #library
#define TEXT(library) TEXT2(library)
#define ENTRY2(prefix, library) prefix##library
#define ENTRY(prefix, library) ENTRY2(prefix, library)
jint ENTRY(JNI_OnLoad_, LIBRARY)(JavaVM *vm, void *reserved) {
  void *library = dlopen("lib" TEXT(LIBRARY) ".so", RTLD_NOW);
  jint (*on_load)(JavaVM *, void *) = library ? dlsym(library, "JNI_OnLoad") : NULL;
  if (on_load) on_load(vm, reserved);
  return JNI_VERSION_1_8;
}
void ENTRY(JNI_OnUnload_, LIBRARY)(JavaVM *vm, void *reserved) { (void) vm; (void) reserved; }
C
  echo 'int empty;' >"$work/empty.c"
  gcc -c -fPIC "$work/empty.c" -o "$work/empty.o"
  for name in java net nio zip extnet prefs management management_ext fdlibm jimage verify; do
    if [ -e "$home/lib/lib$name.so" ]; then
      gcc -O2 -fPIC "-DLIBRARY=$name" -I"$jdk/include" -I"$jdk/include/linux" -c "$work/onload.c" -o "$work/onload_$name.o"
      echo "INPUT( $work/onload_$name.o $home/lib/lib$name.so )" >"$static/lib$name.a"
    else
      ar rcs "$static/lib$name.a" "$work/empty.o"
    fi
  done
  # Links zlib without its development package.
  ln -s "$(ldconfig -p | sed -n 's/.*libz\.so\.1 .*=> //p' | head -n 1)" "$static/libz.so"
}

struct() { # CLASS HEADER: the C struct that the builder's class declares
  {
    echo 'typedef struct {'
    "$jdk/bin/javap" -p -cp "$(ls "$jars"/svm-2*.jar)" "$1" | sed -nE 's/.*(boolean|int) (f[A-Za-z0-9_]+)\(.*/  char \2;/p'
    echo '} CPUFeatures;'
  } >"$headers/$2"
}

c_helpers() {
  mkdir -p "$headers"
  # shellcheck disable=SC2016
  struct 'com.oracle.svm.core.amd64.AMD64LibCHelper$CPUFeatures' amd64cpufeatures.h
  # shellcheck disable=SC2016
  struct 'com.oracle.svm.core.aarch64.AArch64LibCHelper$CPUFeatures' aarch64cpufeatures.h
  # shellcheck disable=SC2016
  struct 'com.oracle.svm.core.riscv64.RISCV64LibCHelper$CPUFeatures' riscv64cpufeatures.h
  cat >"$headers/svm_locale.h" <<'C'
typedef struct {
  char *display_language, *display_script, *display_country, *display_variant;
  char *format_language, *format_script, *format_country, *format_variant;
} svm_locale_props_t;
#define SVM_LOCALE_INITIALIZATION_SUCCEEDED 1
#define SVM_LOCALE_INITIALIZATION_OUT_OF_MEMORY 2
C
  # The builder looks for headers in include/ of its library path.
  mkdir -p "$work/clib"
  ln -s "$headers" "$work/clib/include"
  gcc -O2 -fPIC -I"$headers" -c "$here/jdk-glue.c" -o "$work/jdk-glue.o"
  ar rcs "$work/clib/liblibchelper.a" "$work/jdk-glue.o"
  ar rcs "$work/clib/libjvm.a" "$work/empty.o"
}

# The libjvm.so that the JDK's libraries load. It has jdk-glue.c. All functions that the agent never calls abort the
# process.
libjvm() {
  {
    printf '#include <stdio.h>\n#include <stdlib.h>\n'
    for library in java net nio zip extnet; do
      nm -D --undefined-only "$home/lib/lib$library.so"
    done | grep -oE '\b(JVM|jio)_[A-Za-z0-9_]+' | sort -u |
      grep -vxFf <(nm "$work/jdk-glue.o" | awk '$2 == "T" { print $3 }') |
      sed 's/.*/void &(void) { fputs("& is not implemented\\n", stderr); abort(); }/'
  } >"$work/jvm.c"
  echo 'SUNWprivate_1.1 { global: *; };' >"$work/jvm.map"
  gcc -O2 -fPIC -w -fno-builtin -shared -o "$work/libjvm.so" "$work/jvm.c" "$work/jdk-glue.o" -lpthread \
    -Wl,-soname,libjvm.so "-Wl,--version-script,$work/jvm.map"
}

# The native methods of the builder's report.
reporter() {
  cat >"$work/reporter.c" <<'C'
#include <jni.h>
#include <sys/resource.h>
JNIEXPORT jlong JNICALL Java_com_oracle_svm_hosted_ProgressReporterCHelper_getPeakRSS0(JNIEnv *env, jclass c) {
  struct rusage usage;
  return getrusage(RUSAGE_SELF, &usage) ? -1 : usage.ru_maxrss * 1024L;
}
JNIEXPORT jint JNICALL Java_com_oracle_svm_hosted_ProgressReporterCHelper_getTerminalWindowColumns0(JNIEnv *env, jclass c) {
  return -1;
}
C
  gcc -O2 -fPIC -shared -I"$jdk/include" -I"$jdk/include/linux" "$work/reporter.c" \
    -o "$jdk/lib/svm/builder/lib/libreporterchelper.so"
}

# Opens every package of the JDK's modules to the builder's modules.
exports() {
  local g=org.graalvm.nativeimage to
  to=$g.builder,$g.pointsto,$g.base,$g.objectfile,$g,org.graalvm.word,jdk.graal.compiler,$g.configure,$g.libgraal
  to+=,org.graalvm.truffle.compiler
  "$jdk/bin/jimage" list "$home/lib/modules" | awk '
    /^Module: / { module = $2; next }
    /\/[^\/]*\.class$/ {
      sub(/^ +/, ""); sub(/\/[^\/]*$/, ""); gsub(/\//, ".")
      if ($0 != "META-INF" && !seen[module, $0]++) print module "/" $0
    }' | grep -vE '^(org.graalvm|jdk.graal)' | while read -r package; do
    printf -- '--add-exports=%s=%s\n--add-opens=%s=%s\n' "$package" "$to" "$package" "$to"
  done >"$work/exports.args"
}

prepare() {
  if ! [ -e "$jars/complete" ]; then
    # shellcheck disable=SC2086
    ${MVN:-mvn} -q -B -f "$here/pom.xml" dependency:copy-dependencies -DoutputDirectory="$jars"
    touch "$jars/complete"
  fi
  rm -rf "$work"
  mkdir -p "$work"
  jdk_of_links
  jdk_libraries
  c_helpers
  libjvm
  reporter
  exports
  touch "$work/complete"
}

mkdir -p "$cache" "$(dirname "$executable")"
(
  flock 9
  [ -e "$work/complete" ] || prepare
) 9>"$cache/lock"

temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
# The options that the launcher native-image passes to the builder.
"$jdk/bin/java" "@$work/exports.args" -XX:+UseParallelGC -XX:+UnlockExperimentalVMOptions -XX:+EnableJVMCI \
  -XX:-UseJVMCICompiler -Xss10m "-Xmx${HEAP:-9g}" -Xshare:off -Djava.awt.headless=true \
  -Dtruffle.TrustAllTruffleRuntimeProviders=true -Dtruffle.TruffleRuntime=com.oracle.truffle.api.impl.DefaultTruffleRuntime \
  -Dgraalvm.ForcePolyglotInvalid=true -Dgraalvm.locatorDisabled=true -Dorg.graalvm.vendor=local \
  -Dorg.graalvm.vendorurl=http://localhost -Dorg.graalvm.vendorversion=local "-Dorg.graalvm.version=$version" \
  -Dcom.oracle.graalvm.isaot=true -Djava.system.class.loader=com.oracle.svm.hosted.NativeImageSystemClassLoader \
  -Dsubstratevm.HostLibC=glibc -Dorg.graalvm.nativeimage.imagecode=buildtime \
  -Djdk.reflect.useOldSerializableConstructor=true -Djdk.internal.lambda.disableEagerInitialization=true \
  -Djdk.internal.lambda.eagerlyInitialize=false -Djava.lang.invoke.InnerClassLambdaMetafactory.initializeLambdas=false \
  --enable-native-access=org.graalvm.nativeimage.builder,org.graalvm.nativeimage.base,org.graalvm.nativeimage,jdk.graal.compiler \
  --add-modules=ALL-DEFAULT --upgrade-module-path "$(ls "$jars"/compiler-*.jar)" \
  --module-path "$(find "$jars" -name '*.jar' -not -name 'compiler-*' | sort | paste -sd:)" \
  --module org.graalvm.nativeimage.builder/com.oracle.svm.hosted.NativeImageGeneratorRunner \
  -keepalive "/proc/$$/comm" -imagecp "$class_path" "-H:CLibraryPath=$work/clib" \
  "-H:Path=$(cd "$(dirname "$executable")" && pwd)" "-H:Name=$(basename "$executable")" "-H:Class=$main" \
  -H:FallbackThreshold=0 -H:ImageBuildID=00000000-0000-0000-0000-000000000000 "-H:TempDirectory=$temporary" \
  -H:NativeLinkerOption=-Wl,--allow-shlib-undefined \
  "-H:NativeLinkerOption=-Wl,--disable-new-dtags,-rpath,$work:$home/lib" "-H:NativeLinkerOption=-Wl,-rpath-link,$work" \
  "-H:NativeLinkerOption=$work/libjvm.so" -H:+UnlockExperimentalVMOptions -H:-UseContainerSupport "$@"
