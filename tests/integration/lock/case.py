# SPDX-License-Identifier: Apache-2.0
"""What the tests of the lock's image share: a programme's key, what it signs, and a lock in a folder of its own. Signatures are made and
checked with another library than the lock's."""
import argparse
import hashlib
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

import dock

OPTIONS = argparse.Namespace()
NAME = "lock-0042"


def point(key):
    numbers = key.public_key().public_numbers()
    return b"\4" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")


def key_id(point_bytes):
    return hashlib.sha256(bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200") + point_bytes).digest()[:8]


def signed(key, what):
    r, s = utils.decode_dss_signature(key.sign(what, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def message(key, kind, tags, payload):
    header = cbor2.dumps({1: -7, 4: key_id(point(key)), 16: kind}, canonical=True)
    item = [header, {}, payload, signed(key, cbor2.dumps(["Signature1", header, b"", payload], canonical=True))]
    for tag in reversed(tags):
        item = cbor2.CBORTag(tag, item)
    return cbor2.dumps(item)


def verified(ride, lock_point):
    """The content of a ride that the lock's key signed."""
    header, _, payload, signature = cbor2.loads(ride).value.value
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), lock_point)
    der = utils.encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    public.verify(der, cbor2.dumps(["Signature1", header, b"", payload], canonical=True), ec.ECDSA(hashes.SHA256()))
    assert cbor2.loads(header) == {1: -7, 4: key_id(lock_point), 16: 65003}
    return cbor2.loads(payload)


def link_of(ride):
    """What names a ride in an acknowledgement, and in the next one."""
    return int.from_bytes(hashlib.sha256(cbor2.loads(ride).value.value[2]).digest()[:8], "big", signed=True)


def settings(key, number, only_licensed):
    """What asks a lock for settings: those from factory, but for who may acknowledge."""
    numbers = struct.pack("<HHHBBHH", number, 2100, 1500, 5, only_licensed, 1800, 600)
    return numbers + signed(key, b"greentill lock settings" + bytes([len(NAME)]) + NAME.encode() + numbers)


def licence(key, dock_key, issued, expires):
    return message(key, 65008, (61, 18), cbor2.dumps({2: "urn:greentill:device:dock-17", 4: expires, 6: issued, -65537: [point(dock_key)]},
                                                     canonical=True))


def acknowledgement(dock_key, nonce, counter, link, with_licence, name=NAME):
    """What asks a lock to take it from a licensed dock."""
    ride = struct.pack("<Iq", counter, link)
    return ride + signed(dock_key, b"greentill dock acknowledges" + hashlib.sha256(nonce + ride + name.encode()).digest()) + with_licence


PROGRAMME = ec.derive_private_key(77, ec.SECP256R1())


def provision(lock, trusted=PROGRAMME):
    lock.hello()
    _, code = lock.ask(dock.PROPOSE, point(trusted) + NAME.encode())
    _, last = lock.ask(dock.CONFIRM, code)
    assert lock.ask(dock.COMMIT, last)[0] == dock.DONE


class LockCase(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="greentill-lock-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.programme = ec.derive_private_key(int.from_bytes(bytes(range(77, 109)), "big"), ec.SECP256R1())
        self.running = None
        self.addCleanup(lambda: self.running and self.running.take_battery_out())

    def start(self):
        if self.running:
            self.running.take_battery_out()
        self.running = dock.Lock(OPTIONS.image, self.folder)
        self.running.do("z")
        return self.running

    def provisioned(self):
        lock = self.start()
        provision(lock, self.programme)
        return lock


def symbols(elf):
    listing = subprocess.run(["arm-none-eabi-nm", elf], check=True, capture_output=True, text=True).stdout
    return {name: int(place, 16) for place, _, name in (row.split() for row in listing.splitlines() if len(row.split()) == 3)}


def main():
    """Runs the tests of the program that calls it; skipped where the image is not built."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--image", type=pathlib.Path, required=True)
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--credit", type=pathlib.Path)
    _, rest = parser.parse_known_args(namespace=OPTIONS)
    OPTIONS.image = OPTIONS.image.resolve()  # QEMU runs in another folder
    OPTIONS.slots = [OPTIONS.image.with_name(f"greentill-lock-{slot}.elf") for slot in "ab"]
    if not OPTIONS.image.exists() and os.environ.get("CI") != "true":
        print(f"SKIPPED: {OPTIONS.image} is not built; cmake --preset cortex-m4 && cmake --build --preset cortex-m4")
        sys.exit(0)
    unittest.main(argv=sys.argv[:1] + rest)
