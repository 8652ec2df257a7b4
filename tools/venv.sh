#!/bin/sh
# Prints the path of a Python that has the packages of a requirements file. Creates this Python environment if it does
# not exist or is out of date. Other output goes to standard error. `make clean` keeps the environment.
#
#   tools/venv.sh [-r REQUIREMENTS] [DIR]     by default tools/requirements.txt and .venv at the top
#
# PYTHON: the Python that creates the environment. By default the first Python on the PATH that is new enough.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
requirements=$top/tools/requirements.txt
if [ "${1-}" = -r ]; then
  requirements=${2:?"-r needs a requirements file"}
  shift 2
fi
dir=${1-$top/.venv}
# A copy of the requirements, written last. It proves that the environment is complete and up to date.
installed=$dir/requirements.txt

fail() {
  echo "tools/venv.sh: $*" >&2
  exit 1
}

new_enough() { # PYTHON
  "$1" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null
}

find_python() {
  candidates=${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python3.10}
  for candidate in $candidates; do
    if new_enough "$candidate"; then
      echo "$candidate"
      return
    fi
  done
  fail "no Python 3.10 or newer (tried $candidates): install one, or set PYTHON to one"
}

if ! cmp -s "$requirements" "$installed" || ! "$dir/bin/python" -c '' 2>/dev/null; then
  [ -r "$requirements" ] || fail "cannot read $requirements"
  python=$(find_python)
  "$python" -c 'import ensurepip, venv' 2>/dev/null ||
    fail "$python has no venv module: install it (Debian and Ubuntu: python3-venv)"
  echo "making the Python environment $dir ..." >&2
  rm -f "$installed"
  "$python" -m venv --clear "$dir" >&2 || fail "$python could not make $dir: see above"
  # Installs only the pinned packages, and no package that needs compiling.
  "$dir/bin/python" -m pip --disable-pip-version-check install --quiet --no-input --no-deps --only-binary :all: \
    -r "$requirements" >&2 || fail "pip could not install $requirements: see above"
  cp "$requirements" "$installed"
fi
echo "$dir/bin/python"
