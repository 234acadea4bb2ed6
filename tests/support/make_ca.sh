#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# make_ca.sh DIR [device-id...]: throw-away authorities and the certificates of a whole installation, for tests and tools/run.
# Makes in DIR what is not there yet: devices-ca.crt ca.key, workers-ca.crt workers-ca.key, ca.crt (both authorities, the devices' in
# front), and by the devices' broker.crt broker.key (TLS server on localhost and 127.0.0.1), <device-id>.crt <device-id>.key (CN =
# device id), by the workers' service.crt service.key (CN credit: TLS client and receipt signing); and programme.key.
# Keys are EC P-256, PKCS#8 PEM, mode 0600; certificates last CA_DAYS, 825 where nothing is said. Prints nothing unless it fails.
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
days=${CA_DAYS:-825}

quietly() {
  "$@" >"$dir/openssl.log" 2>&1 || {
    cat "$dir/openssl.log" >&2
    exit 1
  }
}

new_key() {
  quietly openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"
}

# leaf ISSUER-CRT ISSUER-KEY NAME COMMON-NAME EXTENDED-KEY-USAGE [more extension lines]: the certificate is put in place last and whole.
leaf() {
  issuer=$dir/$1 issuer_key=$dir/$2
  shift 2
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
  quietly openssl x509 -req -sha256 -days "$days" -in "$dir/$1.csr" -CA "$issuer" -CAkey "$issuer_key" \
    -set_serial "0x$(openssl rand -hex 15)" -extfile "$dir/$1.ext" -out "$dir/$1.crt.new"
  chmod 644 "$dir/$1.crt.new"
  mv "$dir/$1.crt.new" "$dir/$1.crt"
  rm "$dir/$1.csr" "$dir/$1.ext"
}

# authority NAME KEY SUBJECT
authority() {
  [ -s "$dir/$1.crt" ] && return
  new_key "$dir/$2"
  quietly openssl req -x509 -new -sha256 -days "$days" -key "$dir/$2" -subj "/CN=$3" \
    -addext "basicConstraints=critical,CA:TRUE,pathlen:1" -addext "keyUsage=critical,keyCertSign,cRLSign" -out "$dir/$1.crt.new"
  chmod 644 "$dir/$1.crt.new"
  mv "$dir/$1.crt.new" "$dir/$1.crt"
}

by_devices() { leaf devices-ca.crt ca.key "$@"; }
by_workers() { leaf workers-ca.crt workers-ca.key "$@"; }

authority devices-ca ca.key "Greentill throw-away CA"
authority workers-ca workers-ca.key "Greentill throw-away CA of workers"
if [ ! -s "$dir/ca.crt" ]; then
  cat "$dir/devices-ca.crt" "$dir/workers-ca.crt" >"$dir/ca.crt.new"
  chmod 644 "$dir/ca.crt.new"
  mv "$dir/ca.crt.new" "$dir/ca.crt"
fi
by_devices broker localhost serverAuth "subjectAltName = DNS:localhost, IP:127.0.0.1"
by_workers service credit "clientAuth, $receipt_signing"
for device in "$@"; do
  by_devices "$device" "$device" clientAuth
done
if [ ! -s "$dir/programme.key" ]; then
  openssl rand -hex 32 >"$dir/programme.key.new"
  mv "$dir/programme.key.new" "$dir/programme.key"
fi
rm -f "$dir/openssl.log"
