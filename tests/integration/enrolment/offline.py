#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Enrols devices that no network reaches: a request goes out and its answer comes in, as files and as scanned codes. Each program is
killed at each of its changes, and what it was to do is done once by the next run."""
import base64
import hashlib
import hmac
import json
import os
import pathlib
import re
import subprocess
import sys

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "support"))
sys.path.insert(0, str(HERE.parent / "est-client"))
sys.path.insert(0, str(HERE))

from ends import add_turn, end_at  # noqa: E402
from enrolment import Key, Office, run  # noqa: E402
from promises import fail_unless, journey_parser, run_journey  # noqa: E402
from technician import check_identity  # noqa: E402

DENIED, DOES_NOT_HOLD, OPERATOR_ERROR = 5, 1, 1


class Device:
    """A device's folder, and its technician."""

    def __init__(self, office, folder, name, turn=0):
        self.office, self.name, self.turn = office, name, turn
        self.folder = folder / name
        self.folder.mkdir(parents=True)
        self.identity, self.code_file = self.folder / "identity", self.folder / "code"
        self.request, self.answer = self.folder / "request.txt", self.folder / "answer.txt"
        self.fingerprint = office.fingerprint
        office.device(name)

    def new_code(self, *options):
        self.code_file.write_text(self.office.code(self.name, *options) + "\n")

    def enrol(self, *options, kill_at=None):
        environment = {**os.environ}
        if kill_at:
            environment |= end_at(self.office.binaries, self.folder, kill_at, self.turn)
        command = [self.office.binaries / "bin/greentill", "enrol", "--folder", self.identity, "--device", self.name, "--fingerprint",
                   self.fingerprint, "--code-file", self.code_file, *options]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, stdin=subprocess.DEVNULL, env=environment)
        return done.returncode, done.stdout + done.stderr

    def succeed(self, *options):
        code, said = self.enrol(*options)
        fail_unless(code == 0, f"{self.name}: greentill enrol {options} ended with {code}:\n{said}")
        return said

    def refuse(self, expected, words, *options):
        code, said = self.enrol(*options)
        fail_unless(code == expected and words in said, f"{self.name}: {code} in place of {expected}, without \"{words}\":\n{said}")
        fail_unless(not (self.identity / "current").exists(), f"{self.name}: an answer that was refused put it into service")

    def answered(self, *options, kill_at=None, expected=0):
        """What the operator's command said."""
        environment = {**os.environ}
        if kill_at:
            environment |= end_at(self.office.binaries, self.office.folder.parent, kill_at, self.turn)
        command = [self.office.binaries / "bin/greentill-credit", "code", "answer", self.request, "--out", self.answer, "--config",
                   self.office.config, *options]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, env=environment)
        fail_unless(done.returncode == expected or (kill_at and done.returncode == -9), f"{self.name}: {done.returncode}: {done.stderr}")
        return done.returncode, done.stdout + done.stderr


def by_file(office, folder):
    device = Device(office, folder, "cellar-1")
    device.new_code("--confirm")
    said = device.succeed("--request", device.request)
    text = device.request.read_text()
    fail_unless(device.code_file.read_text().strip() not in said + text, "the code was shown, or travels")
    shown = re.search(r"fingerprint is (\S+)", said).group(1)
    fail_unless(device.succeed("--request", device.request) and device.request.read_text() == text, "the request was made anew")
    _, said = device.answered(expected=OPERATOR_ERROR)
    fail_unless("waits until a person confirms" in said and shown in said, f"it says {said}")
    fail_unless(not device.answer.exists(), "a key that nobody confirmed got an answer")
    office.credit("code", "confirm", device.name, "--fingerprint", shown)
    fail_unless(json.loads(device.answered("--json")[1])["new"], "it is not said to be new")
    first = device.answer.read_text()
    fail_unless(not json.loads(device.answered("--json")[1])["new"], "the same request made a second certificate")
    device.answer.write_text(first)
    device.succeed("--answer", device.answer)
    check_identity(device.identity)
    fail_unless("already in service" in device.succeed("--answer", device.answer), "the same answer again is no success")
    left = sorted(path.name for path in device.identity.iterdir())
    fail_unless(left == ["a", "authorities.pem", "b", "current", "lock"], f"the folder holds {left}")
    trail = office.credit("audit", "--about", device.name)
    fail_unless("code answer" in trail, f"the audit trail has nothing of it:\n{trail}")


def by_codes(office, folder):
    device = Device(office, folder, "cellar-2")
    device.new_code()
    shown = device.succeed("--request-qr")
    rows = [line for line in shown.splitlines() if "\u2588" in line]
    fail_unless(20 < len(rows) < 40 and {len(row) for row in rows} == {len(rows[0])} and len(rows[0]) < 92, f"no code was shown:\n{shown}")
    device.succeed("--request", device.request)
    page = device.folder / "page.html"
    device.answered("--page", page)
    fail_unless(2 <= page.read_text().count("<svg") <= 6, "the page has no codes, or too many")
    fail_unless(device.enrol("--answer", "-")[0] == DOES_NOT_HOLD, "nothing was taken as an answer")
    device.succeed("--answer", device.answer)
    check_identity(device.identity)


def wrong_ones(office, folder):
    device, other = Device(office, folder, "cellar-3"), Device(office, folder, "cellar-4")
    device.new_code()
    other.new_code()
    right = device.fingerprint
    device.fingerprint = "0" * 32
    device.succeed("--request", device.request)
    _, said = device.answered(expected=OPERATOR_ERROR)
    fail_unless("it was told authorities with the fingerprint 0000-" in said and right in said, f"it says {said}")
    device.fingerprint = right
    device.succeed("--request", device.request, "--anew")
    other.succeed("--request", other.request)
    other.answered()
    device.refuse(DENIED, "it is for the device 'cellar-4'", "--answer", other.answer)
    device.refuse(DOES_NOT_HOLD, "this is an enrolment request", "--answer", device.request)
    device.new_code()  # which withdraws the one before
    _, said = device.answered(expected=OPERATOR_ERROR)
    fail_unless("is withdrawn" in said, f"it says {said}")
    stale = device.request.read_text()
    device.succeed("--request", device.request, "--anew")
    fail_unless(device.request.read_text() != stale, "another code made the same request")
    device.answered()
    text = device.answer.read_text()
    device.answer.write_text(text[:len(text) // 2])
    device.refuse(DOES_NOT_HOLD, "was cut off", "--answer", device.answer)
    lines = text.splitlines()
    device.answer.write_text("\n".join([*lines[:3], *lines[4:]]))
    device.refuse(DOES_NOT_HOLD, "was it cut off, or changed?", "--answer", device.answer)
    device.answer.write_text(text)
    device.succeed("--answer", device.answer)
    used = Device(office, folder, "cellar-5")
    used.fingerprint, used.name = right, "cellar-3"
    used.code_file.write_text(device.code_file.read_text())
    used.succeed("--request", used.request)
    _, said = used.answered(expected=OPERATOR_ERROR)
    fail_unless("the code was used with another key" in said, f"it says {said}")


def settle(office):
    """From now on the service signs settings."""
    signer = Key(office.folder, "signer")
    office.tool("ca", "issue", office.folder / "ca", "bundles", "--request", signer.der, "--out", signer.certificate, "--name", "Example signer")
    (office.folder / "programme.key").write_text("5a" * 32 + "\n")
    (office.folder / "programme.key").chmod(0o600)
    office.unsettled = office.config.read_text()
    office.config.write_text(f'programme_key = "programme.key"\n{office.unsettled}[signer]\ncertificate = "signer.crt"\nkey = "signer.key"\n')


def opened(device):
    """What docs/enrolment.md lets whoever knows the code read of an answer, by a program that shares no code with ours."""
    lines = device.answer.read_text().splitlines()
    message = cbor2.loads(base64.b64decode("".join(lines[1:-1])))
    request, _, _, (sealed, signers) = cbor2.loads(message.value[2])[-65537]
    digits = device.code_file.read_text().strip().replace("-", "")
    code = hashlib.sha256(b"\0".join((b"greentill enrolment code", device.name.encode(), digits.encode()))).digest()
    name = b"greentill enrolment settings"
    head = 6 + 1 + 8 + 1 + len(name)
    fail_unless(sealed[:7] == b"GTSEAL\x01" and sealed[15:head] == bytes([len(name)]) + name, "it is no sealed file of that name")
    key = hmac.digest(code, name + request, "sha256")
    bundle = cbor2.loads(AESGCM(key).decrypt(sealed[head:head + 12], sealed[head + 12:], sealed[:head]))
    protected, _, payload, signature = bundle.value.value
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    x509.load_der_x509_certificate(signers[0]).public_key().verify(
        utils.encode_dss_signature(r, s), cbor2.dumps(["Signature1", protected, b"", payload]), ec.ECDSA(hashes.SHA256()))
    claims = cbor2.loads(payload)
    fail_unless(claims[2] == f"urn:greentill:device:{device.name}", f"the settings are for {claims[2]}")
    return claims[-65537]


def with_settings(office, folder):
    device = Device(office, folder, "cellar-7")
    device.new_code()
    device.succeed("--request", device.request)
    told = json.loads(device.answered("--json")[1])
    fail_unless(told["settings"], f"it says {told}")
    number, text = opened(device)
    fail_unless(number == 1 and b'merchant = "cafe"' in text, f"the settings are {number}, {text!r}")
    fail_unless("reversal_key" not in device.answer.read_text(), "the settings can be read by anybody")
    settings = device.identity / "settings.toml"
    said = device.succeed("--answer", device.answer)
    fail_unless("the settings number 1 are in" in said and settings.read_bytes() == text, f"it says {said}")
    fail_unless(settings.stat().st_mode & 0o777 == 0o600, "others may read the settings")
    fail_unless((device.identity / "signers.pem").exists(), "the device does not know who signs")
    check_identity(device.identity)
    # Later ones that are there already stay.
    later = Device(office, folder, "cellar-8")
    later.new_code()
    later.succeed("--request", later.request)
    later.answered()
    for site in ("y", "z"):
        office.credit("device", "assign", later.name, "--merchant", "cafe", "--site", site, "--root", "cafe")
        office.credit("device", "settings", later.name, "--out", later.identity / "settings.toml")
    there = (later.identity / "settings.toml").read_bytes()
    later.succeed("--answer", later.answer)
    fail_unless((later.identity / "settings.toml").read_bytes() == there, "older settings took the place of later ones")


EXTENSIONS = "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"


def external_authority(folder):
    """In place of what `ca init` made: a root elsewhere, with an RSA key, and an authority for devices below it, made by OpenSSL."""
    for file in folder.iterdir():
        file.unlink()
    away = folder.parent / "corporate.key"
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", away, "-out", folder / "root.crt", "-subj", "/O=Corp/CN=Corp Root",
        "-days", "3000", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", folder / "devices.key", "-out",
        folder / "devices.csr", "-subj", "/O=Corp/CN=Corp Devices")
    (folder / "devices.ext").write_text(EXTENSIONS)
    run("openssl", "x509", "-req", "-in", folder / "devices.csr", "-CA", folder / "root.crt", "-CAkey", away, "-set_serial", "7", "-days", "2000",
        "-extfile", folder / "devices.ext", "-out", folder / "devices.crt")
    (folder / "devices.key").chmod(0o600)


def by_others(office, folder):
    external_authority(office.folder / "ca")
    office.fingerprint = json.loads(office.tool("ca", "show", office.folder / "ca", "--json"))["fingerprint"]
    device = Device(office, folder, "cellar-6")
    device.new_code()
    device.succeed("--request", device.request)
    device.answered()
    device.succeed("--answer", device.answer)
    check_identity(device.identity)
    run("openssl", "verify", "-CAfile", office.folder / "ca/root.crt", "-untrusted", office.folder / "ca/devices.crt",
        device.identity / "current/device.crt")
    by_others_online(office, folder)


def by_others_online(office, folder):
    """Under the same authority over the wire: our client, and strongSwan's, which renews too."""
    root, devices = office.folder / "ca/root.crt", office.folder / "ca/devices.crt"
    office.config.write_text(office.config.read_text().replace("ca/anchors.crt", "ca/root.crt"))
    (office.folder / "est.crt").unlink()
    office.tool("ca", "issue", office.folder / "ca", "server", "--request", office.folder / "est.csr", "--out", office.folder / "est.crt", "--host", "localhost")
    office.start()
    with office.service:
        device = Device(office, folder, "shop-1")
        device.new_code()
        device.succeed("--server", f"https://localhost:{office.port}")
        check_identity(device.identity)
        office.device("shop-2")
        key = Key(folder, "shop-2")
        est = ("pki", "--est", "--url", f"https://localhost:{office.port}", "--cacert", root, "--cacert", devices, "--outform", "pem", "--in", key.der)
        key.certificate.write_text(run(*est, "--userpass", f"shop-2:{office.code('shop-2')}").stdout)
        for certificate in (device.identity / "current/device.crt", key.certificate):
            run("openssl", "verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", root, "-untrusted", devices, certificate)
        renewed = run(*est, "--cert", key.certificate, "--key", key.key).stdout
        fail_unless(renewed == key.certificate.read_text(), "a renewal on the same day made another certificate")


def kills(office, folder, every, turn):
    """A fresh device for each change that is looked at, until a run ends before its kill."""
    counts = {}
    for what in ("request", "decision", "answer"):
        changes = 0
        while True:
            device = Device(office, folder / what, f"{what}-{changes + 1}", turn)
            device.new_code()
            kill_at = {what: changes + 1}
            died = device.enrol("--request", device.request, kill_at=kill_at.get("request"))[0] == -9
            device.succeed("--request", device.request)
            died |= device.answered(kill_at=kill_at.get("decision"))[0] == -9
            device.answered()
            died |= device.enrol("--answer", device.answer, kill_at=kill_at.get("answer"))[0] == -9
            device.succeed("--answer", device.answer)
            check_identity(device.identity)
            fail_unless((device.identity / "settings.toml").exists(), f"{device.name} has no settings")
            keys = office.keys(device.name)
            fail_unless(len(keys) == 1 and len(keys[0]["certificates"]) == 1, f"{device.name}: not one identity: {keys}")
            if not died:
                break
            changes += every
        counts[what] = changes
    fail_unless(min(counts.values()) >= 8, f"too few changes were counted: {counts}")
    office.credit("check")
    return counts


def journey(folder, options):
    folder = pathlib.Path(folder).resolve()
    office = Office(folder / "office", pathlib.Path(options.bin).resolve())
    for case in (by_file, by_codes, wrong_ones):
        case(office, folder / "devices")
        print(f"{case.__name__}: as it should be", flush=True)
    settle(office)
    with_settings(office, folder / "devices")
    print("with_settings: as it should be", flush=True)
    counts = kills(office, folder / "kills", options.every, options.turn)
    print(f"ended at every {options.every}. of so many changes, and one identity each time: {counts}")
    office.config.write_text(office.unsettled)
    by_others(office, folder / "devices")
    print("by_others: as it should be")


def arguments():
    parser = journey_parser(__doc__, "offline")
    parser.add_argument("--every", type=int, default=1, help="end at every so many changes only")
    add_turn(parser)
    return parser


if __name__ == "__main__":
    sys.exit(run_journey(arguments(), journey))
