# SPDX-License-Identifier: Apache-2.0
# Sourced by tools/run, tools/test and tools/bench, from the repository's root: installs what is missing and builds a preset.

# Another clone on the same machine finds what this one compiled.
export CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1

# listed_packages SECTION...: what these sections of tools/packages.txt name, and this machine has no other way.
listed_packages() {
  local name word command section="[]"
  sed 's/#.*//' tools/packages.txt | while read -r name word command; do
    case $name in
      "") continue ;;
      "["*) section=$name && continue ;;
    esac
    case " $* " in *" ${section:1:-1} "*) ;; *) continue ;; esac
    if [ "$word" = unless ] && command -v "$command" >/dev/null 2>&1; then continue; fi
    echo "$name"
  done
}

# missing_packages SECTION...: those of them that this machine lacks.
missing_packages() {
  local name
  for name in $(listed_packages "$@"); do
    dpkg-query -W -f '${db:Status-Abbrev}' "$name" 2>/dev/null | grep -q '^ii' || echo "$name"
  done
}

# install_packages SECTION...
install_packages() {
  local missing sudo=""
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || {
      echo "These Debian packages are missing, and neither root nor sudo is here to install them:" $missing >&2
      return 1
    }
    sudo=sudo
  fi
  echo "Installing the Debian packages that are missing:" $missing
  $sudo apt-get update -q >build/apt.log 2>&1 &&
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >>build/apt.log 2>&1 || {
    tail -n 20 build/apt.log >&2
    echo "apt-get failed; the whole log is build/apt.log" >&2
    return 1
  }
}

# build_release TESTS target...: says what it does and, of a build that fails, the errors.
build_release() {
  local tests=$1
  shift
  echo "Building (build/release)"
  build release "$tests" "$@" >build/build-release.log 2>&1 && return
  grep -E 'error|FAILED' -A 5 build/build-release.log | head -n 40 >&2
  echo "The build failed; the whole log is build/build-release.log" >&2
  return 1
}

# build PRESET TESTS [target...]: TESTS is "with-tests" or "without-tests". A tree that has them keeps them.
build() {
  local preset=$1 tests=OFF
  [ "$2" = with-tests ] && tests=ON
  shift 2
  configured "$preset" "$tests" || cmake --preset "$preset" -DBUILD_TESTING="$tests" >"build/configure-$preset.log" 2>&1 || {
    cat "build/configure-$preset.log" >&2
    return 1
  }
  if [ $# -gt 0 ]; then set -- --target "$@"; fi
  cmake --build "build/$preset" "$@" 2>&1 | with_progress "$preset"
  return "${PIPESTATUS[0]}"
}

configured() {
  [ -f "build/$1/build.ninja" ] && { [ "$2" = OFF ] || ! grep -q '^BUILD_TESTING:BOOL=OFF' "build/$1/CMakeCache.txt"; }
}

# Where whoever waits looks, wherever a build's own lines go.
exec 3>&2

# with_progress NAME: hands Ninja's lines on, and shows how far it is: in one line on a terminal, else at every tenth.
with_progress() {
  local line shown=0 tenth
  while IFS= read -r line; do
    printf '%s\n' "$line"
    [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]] || continue
    if [ -t 3 ]; then
      printf '\r  %s %s\033[K' "$1" "${BASH_REMATCH[0]}" >&3
      shown=1
      continue
    fi
    tenth=$((10 * BASH_REMATCH[1] / BASH_REMATCH[2]))
    if [ "$tenth" -gt "$shown" ]; then
      shown=$tenth
      echo "  $1 ${BASH_REMATCH[0]}" >&3
    fi
  done
  if [ -t 3 ] && [ "$shown" -eq 1 ]; then printf '\r\033[K' >&3; fi
}
