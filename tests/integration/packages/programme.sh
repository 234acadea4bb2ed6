#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The programme's side on one machine, as docs/certificates.md and docs/packages.md have it: authorities, broker, service. Prints the fingerprint.
set -eu
ca=/etc/greentill/ca
cd /etc/greentill
umask 077
greentill-credit ca init "$ca" --name "Example programme" >/dev/null
issue() { # NAME KIND OPTION...
  name=$1 kind=$2
  shift 2
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$name.key" -subj /CN=any -out "$name.csr" 2>/dev/null
  greentill-credit ca issue "$ca" "$kind" --request "$name.csr" --out "$name.crt" "$@" >/dev/null
  rm "$name.csr"
  chmod 0644 "$name.crt"
}
issue est server --host localhost
issue broker server --host localhost
issue service worker
issue signer bundles --name "Example signer"
openssl rand -hex 32 >programme.key
cp "$ca/anchors.crt" ca.crt
chmod 0644 ca.crt

greentill-credit broker-config /etc/mosquitto/greentill --devices "$ca/devices-door.crt" --workers "$ca/workers-door.crt" --certificate broker.crt \
  --key broker.key --store /var/lib/mosquitto --address 127.0.0.1 >/dev/null
cp /etc/mosquitto/greentill/share-group .
chmod 0755 /etc/mosquitto/greentill
chmod 0644 /etc/mosquitto/greentill/mosquitto.conf /etc/mosquitto/greentill/acl "$ca"/*-door.crt
chmod 0755 "$ca"
chown mosquitto /etc/mosquitto/greentill/share-group broker.key
chown greentill-credit service.key est.key signer.key programme.key share-group "$ca/devices.key"
mkdir -p /etc/systemd/system/mosquitto.service.d
printf '[Service]\nExecStart=\nExecStart=/usr/sbin/mosquitto -c /etc/mosquitto/greentill/mosquitto.conf\n' \
  >/etc/systemd/system/mosquitto.service.d/greentill.conf
chmod -R a+rX /etc/systemd/system/mosquitto.service.d

sed -i -e 's/^# programme_key/programme_key/' -e 's/^# \[est\]/[est]/' -e 's/^# listen = "0.0.0.0:8443"/listen = "127.0.0.1:8443"/' \
  -e 's/^# certificate = "\/etc\/greentill\/est/certificate = "\/etc\/greentill\/est/' -e 's/^# key = "\/etc\/greentill\/est/key = "\/etc\/greentill\/est/' \
  -e 's/^# authority/authority/' -e 's/^# url = "https:\/\/est.example:8443"/url = "https:\/\/localhost:8443"/' -e 's/^# \[signer\]/[signer]/' \
  -e 's/^# certificate = "\/etc\/greentill\/signer/certificate = "\/etc\/greentill\/signer/' \
  -e 's/^# key = "\/etc\/greentill\/signer/key = "\/etc\/greentill\/signer/' credit.toml
systemctl daemon-reload
systemctl restart mosquitto
# The service's condition holds from now on.
systemctl start greentill-credit
credit() { runuser -u greentill-credit -- greentill-credit "$@"; }
credit merchant add shop --name "Example shop" --zone Europe/Helsinki >/dev/null
credit root add shop --owner shop >/dev/null
credit device add till-1 --class till --merchant shop --site main --root shop >/dev/null
greentill-credit ca show "$ca" --json
