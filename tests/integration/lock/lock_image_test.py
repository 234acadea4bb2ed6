#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The lock's image on a Cortex-M4 in QEMU: it rides, signs, keeps and answers; its rides are the bytes that x86-64 makes; and it keeps
its budget of memory. Signatures are checked with another library."""
import argparse
import hashlib
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

import dock

OPTIONS = argparse.Namespace()
FLASH, RAM = 48 * 1024, 12 * 1024
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


class Image(unittest.TestCase):
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
        lock.hello()
        _, code = lock.ask(dock.PROPOSE, point(self.programme) + NAME.encode())
        _, last = lock.ask(dock.CONFIRM, code)
        self.assertEqual(lock.ask(dock.COMMIT, last)[0], dock.DONE)
        return lock

    def test_a_ride_is_the_same_bytes_as_on_x86_64(self):
        # The entropy that the unit test has: what it says a ride of 100 turns is, to the byte.
        (pathlib.Path(self.folder) / "greentill-lock.entropy").write_bytes(bytes(range(1, 256)) * 4)
        lock = self.provisioned()
        lock.ride(100)
        answer, ride = lock.ask(dock.FETCH, struct.pack("<I", 1))
        self.assertEqual(answer, dock.DONE)
        unit = (OPTIONS.root / "tests/unit/firmware/lock_test.cpp").read_text()
        self.assertEqual(hashlib.sha256(ride).hexdigest(), re.search(r'"([0-9a-f]{64})"', unit)[1])

    def test_rides_are_signed_linked_kept_over_a_battery_change_and_settled(self):
        lock = self.provisioned()
        found = lock.hello()
        self.assertEqual((found["id"], found["last"], found["battery"]), (NAME, 0, 3000))
        _, nonce = lock.ask(dock.ASK_TIME)
        time = message(self.programme, 65005, (18,), cbor2.dumps({1: nonce, 2: 1767312000}))
        self.assertEqual(lock.ask(dock.SET_TIME, time)[0], dock.DONE)
        lock.ride(50)
        lock.ride(20)
        found = self.start().hello()
        lock = self.running
        self.assertEqual((found["first"], found["last"], found["starts"]), (1, 2, 2))
        rides = [lock.ask(dock.FETCH, struct.pack("<I", counter))[1] for counter in (1, 2)]
        first, second = (verified(ride, found["key"]) for ride in rides)
        self.assertEqual((first[1], first[-65537][0]), (f"urn:greentill:lock:{NAME}", 1))
        self.assertEqual({key: first[-65537][1][key] for key in (1, 2, 3, 9)}, {1: 105, 2: 23, 3: 50, 9: 0})
        link = int.from_bytes(hashlib.sha256(cbor2.loads(rides[0]).value.value[2]).digest()[:8], "big", signed=True)
        self.assertEqual(second[-65537][1][13], link)
        changed = bytearray(rides[0])
        changed[rides[0].index(b"lock-0042") + 8] ^= 1
        self.assertRaises(InvalidSignature, verified, bytes(changed), found["key"])
        self.assertEqual(lock.ask(dock.ACKNOWLEDGE, struct.pack("<Iq", 1, link + 1))[0], dock.REFUSED)
        self.assertEqual(lock.ask(dock.ACKNOWLEDGE, struct.pack("<Iq", 1, link))[0], dock.DONE)
        receipt = message(self.programme, 65006, (61, 18), cbor2.dumps({2: f"urn:greentill:lock:{NAME}", 6: 0, -65537: [1]}, canonical=True))
        self.assertEqual(lock.ask(dock.SETTLE, receipt[:-1] + bytes([receipt[-1] ^ 1]))[0], dock.REFUSED)
        self.assertEqual(lock.ask(dock.SETTLE, receipt)[0], dock.DONE)
        found = lock.hello()
        self.assertEqual((found["acknowledged"], found["settled"]), (1, 1))
        self.stack_is_enough(lock)

    def stack_is_enough(self, lock):
        symbols = subprocess.run(["arm-none-eabi-nm", OPTIONS.slot], check=True, capture_output=True, text=True).stdout
        places = {name: int(place, 16) for place, _, name in (row.split() for row in symbols.splitlines())}
        room, used = places["stack_top"] - places["stack_bottom"], lock.stack()
        print(f"note: the lock's stack was {used} of {room} bytes deep")
        self.assertLessEqual(used, room - 256)

    def test_a_ride_that_the_battery_failed_in_is_there_at_the_next_start(self):
        lock = self.provisioned()
        lock.do("u")
        for _ in range(200):
            lock.do("500+p")
        lock = self.start()
        found = lock.hello()
        ride = verified(lock.ask(dock.FETCH, struct.pack("<I", 1))[1], found["key"])
        self.assertEqual({key: ride[-65537][1][key] for key in (2, 3, 11)}, {2: 60, 3: 119, 11: 2})  # kept before that second's pulse

    def test_it_keeps_its_budget_and_has_no_heap(self):
        row = subprocess.run(["arm-none-eabi-size", OPTIONS.slot], check=True, capture_output=True, text=True).stdout.splitlines()[1]
        text, data, bss = (int(field) for field in row.split()[:3])
        print(f"size: the lock's image: {text + data} of {FLASH} bytes of flash, {data + bss} of {RAM} of RAM, the whole stack among them")
        self.assertLessEqual(text + data, FLASH)
        self.assertLessEqual(data + bss, RAM)
        symbols = subprocess.run(["arm-none-eabi-nm", OPTIONS.slot], check=True, capture_output=True, text=True).stdout
        names = {row.split()[-1] for row in symbols.splitlines()}
        self.assertEqual({name for name in names if re.fullmatch(r"_?_?(malloc|free|calloc|realloc|s?brk|_sbrk)|_Zn[wa].*", name)}, set())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--image", type=pathlib.Path, required=True)
    parser.add_argument("--root", type=pathlib.Path, required=True)
    OPTIONS, rest = parser.parse_known_args()
    OPTIONS.image = OPTIONS.image.resolve()  # QEMU runs in another folder
    OPTIONS.slot = OPTIONS.image.with_name("greentill-lock-a.elf")
    if not OPTIONS.image.exists() and os.environ.get("CI") != "true":
        print(f"SKIPPED: {OPTIONS.image} is not built; cmake --preset cortex-m4 && cmake --build --preset cortex-m4")
        sys.exit(0)
    unittest.main(argv=sys.argv[:1] + rest)
