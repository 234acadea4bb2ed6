#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A lock's update in QEMU: images that greentill-credit signed go over the dock link, are tried, and are confirmed or given up."""
import pathlib
import random
import struct
import subprocess
import time

import cbor2
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

import case
import dock

HEAD = 28
SPIN, FAULT = bytes.fromhex("fee7"), bytes.fromhex("00de")  # of Thumb: a jump to itself, and what is no instruction


class Update(case.LockCase):
    def setUp(self):
        super().setUp()
        self.office = pathlib.Path(self.folder) / "office"
        self.office.mkdir()
        self.key, self.certificate = self.signer("bundles", self.programme)

    def credit(self, *words, code=0):
        done = subprocess.run([case.OPTIONS.credit, *map(str, words)], capture_output=True, text=True)
        self.assertEqual(done.returncode, code, f"{words}: {done.stdout}{done.stderr}")
        return done

    def signer(self, kind, key):
        authority = self.office / "ca"
        if not authority.exists():
            self.credit("ca", "init", authority, "--name", "Example programme")
        file = self.office / f"{kind}.key"
        file.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        file.chmod(0o600)
        request = self.office / f"{kind}.csr"
        subprocess.run(["openssl", "req", "-new", "-key", file, "-subj", "/CN=x", "-outform", "der", "-out", request], check=True)
        certificate = self.office / f"{kind}.crt"
        self.credit("ca", "issue", authority, kind, "--request", request, "--out", certificate, "--name", "Anna")
        return file, certificate

    def forms(self, version, instruction=None):
        """Both forms of the image under another version, and with another first instruction of its main function."""
        files = []
        for elf in case.OPTIONS.slots:
            form = bytearray(elf.with_suffix(".bin").read_bytes())
            struct.pack_into("<I", form, HEAD + 4, version)
            if instruction:
                begin, = struct.unpack_from("<I", form, HEAD + 8)
                at = (case.symbols(elf)["lock_main"] & ~1) - begin
                form[at:at + len(instruction)] = instruction
            files.append(self.office / f"{elf.stem}-{version}.bin")
            files[-1].write_bytes(form)
        return files

    def sign(self, files, code=0):
        out = self.office / "image"
        done = self.credit("lock", "image", *files, "--key", self.key, "--certificate", self.certificate, "--out", out, "--json", code=code)
        if code:
            return done
        with out.open("rb") as file:
            message = cbor2.dumps(cbor2.load(file))
            forms = [cbor2.load(file) for _ in files]
        self.assertEqual(out.read_bytes()[:len(message)], message)
        return message, forms

    def updated(self, lock, image):
        starts = lock.hello()["starts"]
        self.assertEqual(lock.send_image(*image), dock.DONE)
        found = lock.hello_after(starts)
        self.assertEqual(found["reset"], dock.SOFTWARE)
        return found

    def test_a_signed_image_becomes_the_good_one_and_no_ride_is_lost(self):
        lock = self.provisioned()
        lock.ride(10)
        lock.hello()
        self.assertEqual(lock.image(), dict(slot=0, version=1, other=0, floor=1, tried=0, ended=0, reason=0, board=1))
        self.updated(lock, self.sign(self.forms(2)))
        self.assertEqual(lock.image(), dict(slot=1, version=2, other=4, floor=2, tried=2, ended=1, reason=0, board=1))
        lock.ride(20)
        found = self.start().hello()
        lock = self.running
        self.assertEqual(lock.image()["version"], 2)
        self.assertEqual((found["first"], found["last"]), (1, 2))
        for counter, pulses in ((1, 10), (2, 20)):
            ride = case.verified(lock.ask(dock.FETCH, struct.pack("<I", counter))[1], found["key"])
            self.assertEqual(ride[-65537][1][3], pulses)
        # No way back over the link, and forth into the slot where the first one was.
        self.assertEqual(lock.send_image(*self.sign(self.forms(1))), dock.REFUSED)
        self.assertEqual(lock.send_image(*self.sign(self.forms(2))), dock.REFUSED)
        self.updated(lock, self.sign(self.forms(3)))
        self.assertEqual({key: lock.image()[key] for key in ("slot", "version")}, dict(slot=0, version=3))

    def test_an_image_that_fails_gives_way_to_the_former(self):
        lock = self.provisioned()
        lock.ride(10)
        for version, instruction, reason in ((2, FAULT, dock.FAULT), (3, SPIN, dock.WATCHDOG)):
            starts = lock.hello()["starts"]
            self.assertEqual(lock.send_image(*self.sign(self.forms(version, instruction))), dock.DONE)
            found = lock.hello_after(starts)
            self.assertEqual(found["starts"], starts + 1)  # the bad one did not come so far
            self.assertEqual(lock.image(), dict(slot=0, version=1, other=0, floor=1, tried=version, ended=2, reason=reason, board=1))
        self.updated(lock, self.sign(self.forms(4)))
        self.assertEqual(lock.image()["version"], 4)
        self.assertEqual(lock.hello()["last"], 1)

    def test_a_trial_whose_battery_is_taken_out_is_given_up_and_may_be_tried_again(self):
        lock = self.provisioned()
        image = self.sign(self.forms(2))
        lock.hello()
        self.assertEqual(lock.send_image(*image), dock.DONE)
        # The new one is started; nobody says hello to it.
        log = pathlib.Path(self.folder) / "greentill-lock.flash"
        self.wait_for(lambda: self.other_slot(log.read_bytes()) == 3)
        lock = self.start()
        lock.hello()
        self.assertEqual(lock.image(), dict(slot=0, version=1, other=0, floor=1, tried=2, ended=2, reason=dock.POWER_ON, board=1))
        self.updated(lock, image)
        self.assertEqual(lock.image()["version"], 2)

    def wait_for(self, holds):
        until = time.monotonic() + 30
        while not holds():
            self.assertLess(time.monotonic(), until)
            time.sleep(0.05)

    @staticmethod
    def other_slot(flash):
        """Of the last record, as docs/lock-update.md has it."""
        begin = 18 * 2048
        found = [at for at in range(begin, begin + 2 * 2048, 112) if flash[at:at + 4] == b"GTB1"]
        return flash[found[-1] + 8] >> 4 if found else None

    def test_the_battery_is_taken_out_again_and_again_while_it_is_sent(self):
        lock = self.provisioned()
        lock.ride(10)
        lock.hello()
        image = self.sign(self.forms(2))
        pick = random.Random(5)
        most = -1
        for _ in range(6):
            self.assertIsNone(lock.send_image(*image, pieces=pick.randrange(5, 40)))
            self.running.process.kill()  # wherever it is
            lock = self.start()
            lock.hello()
            self.assertEqual(lock.image()["version"], 1)
            answer, content = lock.ask(dock.OFFER_IMAGE, image[0])
            at, = struct.unpack("<I", content[1:])
            self.assertEqual(answer, dock.DONE)
            self.assertGreaterEqual(at, most)
            most = at
            if at > 35_000:
                break
        self.assertGreater(most, 5_000)
        self.updated(lock, image)
        self.assertEqual(lock.image()["version"], 2)
        self.assertEqual(lock.hello()["last"], 1)

    def test_what_is_no_image_for_this_lock_is_not_signed_and_not_taken(self):
        lock = self.provisioned()
        lock.hello()
        message, forms = self.sign(self.forms(2))
        self.assertEqual(lock.send_image(message[:-1] + bytes([message[-1] ^ 1]), forms), dock.REFUSED)
        spoilt = [form[:30_000] + bytes([form[30_000] ^ 1]) + form[30_001:] for form in forms]
        self.assertEqual(lock.send_image(message, spoilt), dock.REFUSED)
        self.assertEqual(lock.image()["version"], 1)
        a, b = self.forms(3)
        for files, says in (((b, a), "slot 0 comes first"), ((a, self.forms(4)[1]), "different images"), ((a, case.OPTIONS.slots[1]), "no lock's image")):
            self.assertIn(says, self.sign(files, code=1).stderr)
        self.key, self.certificate = self.signer("consents", ec.generate_private_key(ec.SECP256R1()))
        self.assertIn("usage", self.sign((a, b), code=1).stderr)


if __name__ == "__main__":
    case.main()
