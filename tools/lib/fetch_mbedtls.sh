#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# fetch_mbedtls.sh: brings Debian's source package of mbedTLS, of which the lock's image compiles a dozen files, to build/mbedtls-source,
# unless it is there. Source packages are looked up in a list of this script's own, made of the places that this machine has its
# packages from; the machine's lists stay as they are. apt checks the archive's signature as ever.
set -eu
cd "$(dirname "$0")/../.."
target=$PWD/build/mbedtls-source
ls "$target"/*mbedtls*/library/ecdsa.c >/dev/null 2>&1 && exit 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/parts" "$work/lists/partial" "$work/cache/archives/partial" "$work/unpacked"
apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' "Created-By: Packages" | sort -u |
  while read -r uri release component; do
    case $uri in *debian*) ;; *) continue ;; esac
    echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $release $component"
  done >"$work/parts/mbedtls.list"
own() {
  command=$1
  shift
  apt-get -q -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$work/parts" -o Dir::State::Lists="$work/lists" \
    -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root "$command" "$@"
}
own update
(cd "$work/unpacked" && own source --download-only mbedtls && dpkg-source --no-check -x ./*.dsc)
mkdir -p "$target"
mv "$work"/unpacked/mbedtls-*/ "$target/"
