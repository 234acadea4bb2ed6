# SPDX-License-Identifier: Apache-2.0
# Sourced by tools/run, tools/test and tools/bench, from the repository's root: installs what is missing and builds a preset.

# Another clone on the same machine finds what this one compiled.
export CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1

# The packages of tools/packages.txt that this machine lacks.
missing_packages() {
  local name word command
  sed 's/#.*//' tools/packages.txt | while read -r name word command; do
    [ -n "$name" ] || continue
    if [ "$word" = unless ] && command -v "$command" >/dev/null 2>&1; then continue; fi
    dpkg-query -W -f '${db:Status-Abbrev}' "$name" 2>/dev/null | grep -q '^ii' || echo "$name"
  done
}

install_packages() {
  local missing sudo=""
  missing=$(missing_packages)
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

# build_release target...: says what it does and, of a build that fails, the errors.
build_release() {
  echo "Building (build/release)"
  build release "$@" >build/build-release.log 2>&1 && return
  grep -E 'error|FAILED' -A 5 build/build-release.log | head -n 40 >&2
  echo "The build failed; the whole log is build/build-release.log" >&2
  return 1
}

# build PRESET [target...]
build() {
  local preset=$1
  shift
  [ -f "build/$preset/build.ninja" ] || cmake --preset "$preset" >"build/configure-$preset.log" 2>&1 || {
    cat "build/configure-$preset.log" >&2
    return 1
  }
  if [ $# -gt 0 ]; then set -- --target "$@"; fi
  cmake --build "build/$preset" "$@"
}
