#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# make_ca.sh DIR [device-id...]: a throw-away CA and the certificates of a whole installation, for tests and tools/run.
# Makes in DIR what is not there yet: ca.crt ca.key, broker.crt broker.key (TLS server on localhost and 127.0.0.1), service.crt
# service.key (CN credit: TLS client and receipt signing), <device-id>.crt <device-id>.key (CN = device id) and programme.key.
# Keys are EC P-256, PKCS#8 PEM, mode 0600. Prints nothing unless it fails.
set -eu
umask 077

if [ $# -lt 1 ]; then
  echo "usage: make_ca.sh DIR [device-id...]" >&2
  exit 2
fi
dir=$1
shift
mkdir -p "$dir"

receipt_signing=2.25.207861434512389410537416087632598513417 # kReceiptSigningUsage of daemon/identity/identity.hpp
days=825

quietly() {
  "$@" >"$dir/openssl.log" 2>&1 || {
    cat "$dir/openssl.log" >&2
    exit 1
  }
}

new_key() {
  quietly openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"
}

# leaf NAME COMMON-NAME EXTENDED-KEY-USAGE [more extension lines]: the certificate is put in place last and whole.
leaf() {
  [ -s "$dir/$1.crt" ] && return
  new_key "$dir/$1.key"
  cat >"$dir/$1.ext" <<END
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = $3
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
${4:-}
END
  quietly openssl req -new -key "$dir/$1.key" -subj "/CN=$2" -out "$dir/$1.csr"
  quietly openssl x509 -req -sha256 -days "$days" -in "$dir/$1.csr" -CA "$dir/ca.crt" -CAkey "$dir/ca.key" \
    -set_serial "0x$(openssl rand -hex 15)" -extfile "$dir/$1.ext" -out "$dir/$1.crt.new"
  chmod 644 "$dir/$1.crt.new"
  mv "$dir/$1.crt.new" "$dir/$1.crt"
  rm "$dir/$1.csr" "$dir/$1.ext"
}

if [ ! -s "$dir/ca.crt" ]; then
  new_key "$dir/ca.key"
  quietly openssl req -x509 -new -sha256 -days "$days" -key "$dir/ca.key" -subj "/CN=Greentill throw-away CA" \
    -addext "basicConstraints=critical,CA:TRUE,pathlen:1" -addext "keyUsage=critical,keyCertSign,cRLSign" -out "$dir/ca.crt.new"
  chmod 644 "$dir/ca.crt.new"
  mv "$dir/ca.crt.new" "$dir/ca.crt"
fi
leaf broker localhost serverAuth "subjectAltName = DNS:localhost, IP:127.0.0.1"
leaf service credit "clientAuth, $receipt_signing"
for device in "$@"; do
  leaf "$device" "$device" clientAuth
done
if [ ! -s "$dir/programme.key" ]; then
  echo "1 $(openssl rand -hex 32)" >"$dir/programme.key.new"
  mv "$dir/programme.key.new" "$dir/programme.key"
fi
rm -f "$dir/openssl.log"
