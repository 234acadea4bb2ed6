# SPDX-License-Identifier: Apache-2.0
# Sourced by tools/package, from the repository's root: makes Debian packages and compares them. $arch is the architecture that they are
# for, or empty where it is this machine's own.

# debhelper gives the build another home, and the other Debian has another, where ccache would begin from nothing.
CCACHE_DIR=${CCACHE_DIR:-$(ccache -k cache_dir 2>/dev/null || echo "${XDG_CACHE_HOME:-$HOME/.cache}/ccache")}
export CCACHE_DIR

export CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}

# When the tree was changed last, by its history where it has one: what packages say of their making.
tree_date() {
  if [ -n "${SOURCE_DATE_EPOCH:-}" ]; then
    echo "$SOURCE_DATE_EPOCH"
  else
    git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md
  fi
}

# copy_tree FOLDER: what belongs to the tree, as it lies there now.
copy_tree() {
  if git rev-parse --git-dir >/dev/null 2>&1; then
    git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
      if [ -e "$file" ]; then printf '%s\0' "$file"; fi
    done | tar --null --files-from=- -cf - | tar -xf - -C "$1"
  else
    tar --exclude=./build --exclude=./.git -cf - . | tar -xf - -C "$1"
  fi
}

# assemble VERSION SOURCE: the source package's folder.
assemble() {
  local version=$1 source=$2
  rm -rf "$source"
  mkdir -p "$source"
  copy_tree "$source"
  cp -R tools/packaging/debian "$source/debian"
  sed -i "s/^project(greentill VERSION [0-9.]*/project(greentill VERSION $version/" "$source/CMakeLists.txt"
  sed -i "s/@VERSION@/$version/" "$source/tools/packaging/greentill.pc"
  for script in "$source"/debian/*.preinst; do sed -i "s/@VERSION@/$version/" "$script"; done
  cat >"$source/debian/changelog" <<END
greentill ($version) bookworm; urgency=medium

  * What changed is in CHANGELOG.md.

 -- $(sed -n 's/^Maintainer: //p' tools/packaging/debian/control)  $(LC_ALL=C date -u -R -d "@$(tree_date)")
END
}

# in_cross ARCH OPTION... COMMAND...: in the Debian that builds for ARCH. What is compiled there is kept where this machine keeps its own.
in_cross() {
  local arch=$1
  shift
  mkdir -p "$CCACHE_DIR"
  /usr/bin/python3 tools/packaging/cross.py --arch "$arch" --bind "$CCACHE_DIR" "$@"
}

# cross_build ARCH: programs, and the tests that emulated.py runs, in build/ARCH.
cross_build() {
  local log=build/build-$1.log
  echo "Building ($log)"
  in_cross "$1" --bind "$PWD" --in "$PWD" \
    sh -euc 'cmake --preset "$1" -DBUILD_TESTING=ON; cmake --build --preset "$1" --target programs test-claim test-engine' sh "$1" >"$log" 2>&1 && return
  grep -E 'error|FAILED' -A 5 "$log" | head -n 40 >&2
  echo "The build failed; the whole log is $log" >&2
  return 1
}

# make_packages VERSION FOLDER [BUILT]: source and binary packages, for $arch the binary ones that are its own; those that were there go. Of
# a finished build, where one is named.
make_packages() {
  local version=$1 folder=$2 built=${3:-} root=$PWD log source
  log="$folder/build.log"
  mkdir -p "$folder"
  rm -f "$folder"/*.deb "$folder"/*.dsc "$folder"/*.tar.* "$folder"/*.changes "$folder"/*.buildinfo
  assemble "$version" "$folder/greentill-$version"
  echo "Making packages of $version${built:+ from what is built in $built} ($log)"
  if [ -n "$built" ]; then GREENTILL_BUILT=$(cd "$built" && pwd) && export GREENTILL_BUILT; fi
  (
    cd "$folder/greentill-$version"
    export CCACHE_BASEDIR=$PWD LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
    export DEB_BUILD_OPTIONS="nocheck parallel=$CMAKE_BUILD_PARALLEL_LEVEL ${DEB_BUILD_OPTIONS:-}"
    if [ -z "$arch" ]; then
      dpkg-buildpackage --no-sign -Pnocheck
    else
      source=$PWD
      cd "$root"
      in_cross "$arch" --bind "$source/.." ${built:+--bind "$root" --bind "$GREENTILL_BUILT"} --in "$source" \
        dpkg-buildpackage --no-sign --host-arch="$arch" --build=any -Pcross,nocheck
    fi
  ) >"$log" 2>&1 || {
    tail -n 40 "$log" >&2
    echo "The packages could not be made; the whole log is $log" >&2
    return 1
  }
  rm -rf "$folder/greentill-$version"
}

# check_packages FOLDER: what lintian finds, pedantic tags too, is a failure; what is overridden says why where it is.
check_packages() {
  local found
  found=$(lintian --allow-root --display-info --pedantic --tag-display-limit 0 --fail-on error,warning,info,pedantic "$1"/*.changes 2>&1) || {
    echo "$found" >&2
    return 1
  }
  if [ -n "$found" ]; then echo "$found"; fi
}

# same_packages ONE OTHER: both hold the same packages, byte by byte.
same_packages() {
  local one
  for one in "$1"/*.deb "$1"/*.tar.*; do
    [ -e "$one" ] || continue # the binary packages alone
    cmp "$one" "$2/${one##*/}" || return 1
    echo "the same bytes: ${one##*/}"
  done
}
