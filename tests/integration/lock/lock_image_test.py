#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The lock's image on a Cortex-M4 in QEMU: it rides, signs, keeps and answers; its rides are the bytes that x86-64 makes; it says why it
started, and keeps its budget of memory."""
import hashlib
import pathlib
import re
import struct
import subprocess
import sys

import cbor2
from cryptography.exceptions import InvalidSignature

import case
import dock

sys.path.append(str(pathlib.Path(__file__).resolve().parents[3] / "tools/lib"))
import lock_stack  # noqa: E402

FLASH, RAM = 48 * 1024, 12 * 1024


class Image(case.LockCase):
    def test_a_ride_is_the_same_bytes_as_on_x86_64(self):
        # The entropy that the unit test has: what it says a ride of 100 turns is, to the byte.
        (pathlib.Path(self.folder) / "greentill-lock.entropy").write_bytes(bytes(range(1, 256)) * 4)
        lock = self.provisioned()
        lock.ride(100)
        answer, ride = lock.ask(dock.FETCH, struct.pack("<I", 1))
        self.assertEqual(answer, dock.DONE)
        unit = (case.OPTIONS.root / "tests/unit/firmware/lock_test.cpp").read_text()
        self.assertEqual(hashlib.sha256(ride).hexdigest(), re.search(r'"([0-9a-f]{64})"', unit)[1])

    def test_rides_are_signed_linked_kept_over_a_battery_change_and_settled(self):
        lock = self.provisioned()
        found = lock.hello()
        self.assertEqual((found["id"], found["last"], found["battery"]), (case.NAME, 0, 3000))
        _, nonce = lock.ask(dock.ASK_TIME)
        time = case.message(self.programme, 65005, (18,), cbor2.dumps({1: nonce, 2: 1767312000}))
        self.assertEqual(lock.ask(dock.SET_TIME, time)[0], dock.DONE)
        lock.ride(50)
        lock.ride(20)
        found = self.start().hello()
        lock = self.running
        self.assertEqual((found["first"], found["last"], found["starts"]), (1, 2, 2))
        rides = [lock.ask(dock.FETCH, struct.pack("<I", counter))[1] for counter in (1, 2)]
        first, second = (case.verified(ride, found["key"]) for ride in rides)
        self.assertEqual((first[1], first[-65537][0]), (f"urn:greentill:lock:{case.NAME}", 1))
        self.assertEqual({key: first[-65537][1][key] for key in (1, 2, 3, 9)}, {1: 105, 2: 23, 3: 50, 9: 0})
        link = case.link_of(rides[0])
        self.assertEqual(second[-65537][1][13], link)
        changed = bytearray(rides[0])
        changed[rides[0].index(b"lock-0042") + 8] ^= 1
        self.assertRaises(InvalidSignature, case.verified, bytes(changed), found["key"])
        self.assertEqual(lock.ask(dock.ACKNOWLEDGE, struct.pack("<Iq", 1, link + 1))[0], dock.REFUSED)
        self.assertEqual(lock.ask(dock.ACKNOWLEDGE, struct.pack("<Iq", 1, link))[0], dock.DONE)
        receipt = case.message(self.programme, 65006, (61, 18), cbor2.dumps({2: f"urn:greentill:lock:{case.NAME}", 6: 0, -65537: [1]}, canonical=True))
        self.assertEqual(lock.ask(dock.SETTLE, receipt[:-1] + bytes([receipt[-1] ^ 1]))[0], dock.REFUSED)
        self.assertEqual(lock.ask(dock.SETTLE, receipt)[0], dock.DONE)
        found = lock.hello()
        self.assertEqual((found["acknowledged"], found["settled"]), (1, 1))
        self.stack_is_enough(lock)

    def test_a_lock_that_wants_licensed_docks_takes_acknowledgements_from_those_alone(self):
        lock = self.provisioned()
        lock.ride(30)
        lock.ride(20)
        self.assertEqual(lock.ask(dock.CONFIGURE, case.settings(self.programme, 1, 2))[0], dock.REFUSED)
        self.assertEqual(lock.ask(dock.CONFIGURE, case.settings(self.programme, 1, 1))[0], dock.DONE)
        now, key, other = 1767312000, case.ec.derive_private_key(5, case.ec.SECP256R1()), case.ec.derive_private_key(6, case.ec.SECP256R1())
        _, nonce = lock.ask(dock.ASK_TIME)
        time = case.message(self.programme, 65005, (18,), cbor2.dumps({1: nonce, 2: now}))
        self.assertEqual(lock.ask(dock.SET_TIME, time)[0], dock.DONE)
        link = case.link_of(lock.ask(dock.FETCH, struct.pack("<I", 2))[1])
        self.assertEqual(lock.ask(dock.ACKNOWLEDGE, struct.pack("<Iq", 2, link))[0], dock.NO_LICENCE)
        _, nonce = lock.ask(dock.ASK_NONCE)
        good = case.licence(self.programme, key, now - 10, now + 30 * 86400)
        for why, content in ((dock.PROOF_REFUSED, case.acknowledgement(other, nonce, 2, link, good)),
                             (dock.PROOF_REFUSED, case.acknowledgement(key, bytes(16), 2, link, good)),
                             (dock.PROOF_REFUSED, case.acknowledgement(key, nonce, 2, link, good, "lock-0043")),
                             (dock.LICENCE_REFUSED, case.acknowledgement(key, nonce, 2, link, case.licence(key, key, now - 10, now + 10000))),
                             (dock.LICENCE_OVER, case.acknowledgement(key, nonce, 2, link, case.licence(self.programme, key, now - 10, now))),
                             (dock.REFUSED, case.acknowledgement(key, nonce, 2, link + 1, good)),
                             (dock.NOT_THERE, case.acknowledgement(key, nonce, 3, link, good))):
            self.assertEqual(lock.ask(dock.ACKNOWLEDGE_LICENSED, content)[0], why)
        taken = case.acknowledgement(key, nonce, 2, link, good)
        found = lock.hello()
        self.assertEqual((found["acknowledged"], found["settings"]), (0, 1))
        self.assertEqual(lock.ask(dock.ACKNOWLEDGE_LICENSED, taken)[0], dock.PROOF_REFUSED)  # of another session
        _, nonce = lock.ask(dock.ASK_NONCE)
        self.assertEqual(lock.ask(dock.ACKNOWLEDGE_LICENSED, case.acknowledgement(key, nonce, 2, link, good))[0], dock.DONE)
        self.assertEqual(lock.hello()["acknowledged"], 2)
        self.stack_is_enough(lock)
        lock = self.start()
        lock.hello()
        lock.ride(10)
        link = case.link_of(lock.ask(dock.FETCH, struct.pack("<I", 3))[1])
        self.assertEqual(lock.ask(dock.ACKNOWLEDGE, struct.pack("<Iq", 3, link))[0], dock.NO_LICENCE)
        self.assertEqual(lock.ask(dock.CONFIGURE, case.settings(self.programme, 2, 0))[0], dock.DONE)
        self.assertEqual(lock.ask(dock.ACKNOWLEDGE, struct.pack("<Iq", 3, link))[0], dock.DONE)

    def test_a_key_that_is_no_point_of_the_curve_is_not_believed(self):
        lock = self.start()
        lock.hello()
        wrong = bytearray(case.point(self.programme))
        wrong[-1] ^= 1
        for key in (bytes(wrong), bytes(65), b"\4" + bytes(64)):
            self.assertEqual(lock.ask(dock.PROPOSE, key + case.NAME.encode())[0], dock.NO_POINT)
        case.provision(lock, self.programme)
        self.assertEqual(lock.hello()["id"], case.NAME)

    def stack_is_enough(self, lock):
        places = case.symbols(case.OPTIONS.slots[0])
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
        ride = case.verified(lock.ask(dock.FETCH, struct.pack("<I", 1))[1], found["key"])
        self.assertEqual({key: ride[-65537][1][key] for key in (2, 3, 11)}, {2: 60, 3: 119, 11: 2})  # kept before that second's pulse

    def test_at_the_supply_s_warning_the_ride_is_written_to_the_second(self):
        lock = self.provisioned()
        lock.do("u")
        for _ in range(75):
            lock.do("500+p")
        lock.do("b")
        lock.do("500+p")
        found = self.start().hello()
        ride = case.verified(self.running.ask(dock.FETCH, struct.pack("<I", 1))[1], found["key"])
        self.assertEqual({key: ride[-65537][1][key] for key in (2, 3, 11)}, {2: 37, 3: 75, 11: 2})
        lock = self.running
        lock.do("u")
        lock.do("500+p")
        lock.do("bB")
        lock.do("500+p")
        lock.do("cd")
        self.assertEqual(case.verified(lock.ask(dock.FETCH, struct.pack("<I", 2))[1], found["key"])[-65537][1][3], 2)

    def test_the_hello_says_why_it_started(self):
        lock = self.start()
        self.assertEqual(lock.hello()["reset"], dock.POWER_ON)
        for command, reason in (("f", dock.FAULT), ("h", dock.WATCHDOG)):
            starts = lock.hello()["starts"]
            lock.bench.sendall(command.encode())
            found = lock.hello_after(starts)
            self.assertEqual((found["reset"], found["starts"]), (reason, starts + 1))
        self.assertEqual(self.start().hello()["reset"], dock.POWER_ON)

    def test_it_keeps_its_budget_and_has_no_heap(self):
        row = subprocess.run(["arm-none-eabi-size", case.OPTIONS.slots[0]], check=True, capture_output=True, text=True).stdout.splitlines()[1]
        text, data, bss = (int(field) for field in row.split()[:3])
        print(f"size: the lock's image: {text + data} of {FLASH} bytes of flash, {data + bss} of {RAM} of RAM, the whole stack among them")
        self.assertLessEqual(text + data, FLASH)
        self.assertLessEqual(data + bss, RAM)
        build = case.OPTIONS.root / "build/cortex-m4"
        worst, way = lock_stack.worst(build)
        places = case.symbols(case.OPTIONS.slots[0])
        self.assertLessEqual(worst, places["stack_top"] - places["stack_bottom"], way)
        names = set().union(*(case.symbols(elf) for elf in (*case.OPTIONS.slots, case.OPTIONS.image)))
        self.assertEqual({name for name in names if re.fullmatch(r"_?_?(malloc|free|calloc|realloc|s?brk|_sbrk)|_Zn[wa].*", name)}, set())


if __name__ == "__main__":
    case.main()
