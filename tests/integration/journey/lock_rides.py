# SPDX-License-Identifier: Apache-2.0
"""A fleet's locks at a dock, with the programs as they are shipped: rides that locks signed reach the ledger, each once, though the daemon is killed between commit and
acknowledgement, locks lose their power, and a dock acknowledges what it does not keep. Where the lock's image is built, one ride is QEMU's."""
import hashlib
import json
import os
import pathlib
import random
import re
import socket
import struct
import subprocess
import sys
import threading
import tomllib
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lock"))

import cbor2  # noqa: E402
from cryptography.hazmat.primitives import hashes  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec, utils  # noqa: E402
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: E402

import dock  # noqa: E402
from kills import kill_some  # noqa: E402
from promises import CORPORA, ROOT, check_booked_once, claims_of, fail_unless, journey_parser, reductions, run_journey  # noqa: E402

sys.path.insert(0, str(ROOT / "tools/lib"))

from enrolled import EnrolledStack  # noqa: E402
from parts import PATIENCE_S, wait_until  # noqa: E402
from stack import MERCHANT  # noqa: E402
from stack_texts import toml_text  # noqa: E402

IMAGE = ROOT / "build/firmware/greentill-lock.elf"
HEAD_AT = 28  # where an image says what it is (docs/lock-update.md, "The image")
TRIPS = CORPORA / "trips-hsl/2021-05-31.csv"


def dock_source(stack, name="dock", way="listen", path=None, hand_out=None):
    configuration = f"""{way} = [{toml_text(path or stack.spool / "line")}]
every_s = 1
receipts_every_s = 1
"""
    if hand_out:
        configuration += f"hand_out = {toml_text(hand_out)}\n"
    return f"""
[[source]]
name = "{name}"
plugin = "dock"
configuration_text = {toml_text(configuration)}
write = [{toml_text(stack.spool)}]
connect = ["unix"]
listen = ["unix"]
"""


def register(stack, name, key):
    file = stack.folder / f"{name}.pem"
    file.write_bytes(ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    stack.credit("lock", "add", name, file, "--owner", MERCHANT)


class Fleet:
    """greentill-lock-sim, whose locks believe the service's key of bundles."""

    def __init__(self, stack, locks, prefix, *options):
        self.stack, self.locks, self.prefix, self.options = stack, locks, prefix, options
        self.folder = stack.folder / f"locks-{prefix}"
        self.list = self.folder / "list.toml"

    def command(self, *options):
        return [self.stack.program("greentill-lock-sim"), "--flash", self.folder, "--locks", self.locks, "--prefix", self.prefix, "--programme-key",
                self.stack.identities / "signer.key", "--programme-certificate", self.stack.identities / "signer.crt", *self.options, *options]

    def run(self, *options):
        done = subprocess.run([str(word) for word in self.command(*options)], capture_output=True, text=True)
        fail_unless(done.returncode == 0, f"greentill-lock-sim: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    def make(self):
        self.run("--rides", 0, "--list", self.list)
        self.keys = {row["id"]: bytes.fromhex(row["key"]) for row in tomllib.loads(self.list.read_text())["lock"]}
        for name, key in self.keys.items():
            register(self.stack, name, key)

    def ride_and_dock(self, *options):
        trips = ["--trips", TRIPS] if TRIPS.exists() else []
        return self.run("--dock", self.stack.spool / "line", "--patience", PATIENCE_S, *trips, *options)


def check_evidence(claims, keys):
    """Each claim holds the lock's own message, which another library verifies under the lock's key, and claims what it says. Answers the rides."""
    rides = set()
    for entry in reductions(claims):
        fail_unless(entry["evidence"]["kind"] == "embedded", f"the evidence is {entry['evidence']['kind']}")
        header, _, payload, signature = cbor2.loads(bytes.fromhex(entry["evidence"]["hex"])).value.value
        said = cbor2.loads(payload)
        name = said[1].removeprefix("urn:greentill:lock:")
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), keys[name])
        der = utils.encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
        key.verify(der, cbor2.dumps(["Signature1", header, b"", payload], canonical=True), ec.ECDSA(hashes.SHA256()))
        counter, ride = said[-65537]
        fail_unless(entry["quantities"] == {"m.odometer": ride[1], "s": ride[2]}, f"the ride says {ride}, and the claim {entry['quantities']}")
        fail_unless(entry["end"] - entry["begin"] == ride[2], f"the ride took {ride[2]} s, and the claim has {entry['begin']} to {entry['end']}")
        if ride[9] != 2:
            fail_unless(entry["end"] == said[6], f"the ride ended at {said[6]}, and the claim at {entry['end']}")
        fail_unless((name, counter) not in rides, f"ride {counter} of {name} was claimed twice")
        rides.add((name, counter))
    return rides


def shown(stack):
    done = subprocess.run([str(stack.program("greentill")), "--url", f"http://127.0.0.1:{stack.api_port}", "locks", "--json"], capture_output=True, text=True,
                          env={**os.environ, "GREENTILL_TOKEN_FILE": str(stack.api.token_file)})
    return done.returncode, {one["lock"]: one for one in json.loads(done.stdout)["locks"]}


class ForgetfulDock:
    """Acknowledges whatever it is given, and keeps nothing."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(path))
        self.socket.listen(64)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            line, _ = self.socket.accept()
            threading.Thread(target=self.rob, args=(line,), daemon=True).start()

    def rob(self, line):
        lock = dock.Lock.__new__(dock.Lock)
        lock.line, lock.number, lock.session, lock.bytes = line, 0, b"", 0
        try:
            found = lock.hello()
            for counter in range(found["acknowledged"] + 1, found["last"] + 1):
                _, ride = lock.ask(dock.FETCH, struct.pack("<I", counter))
                payload = cbor2.loads(ride).value.value[2]
                lock.ask(dock.ACKNOWLEDGE, struct.pack("<I", counter) + hashlib.sha256(payload).digest()[7::-1])
        except (OSError, IndexError, struct.error, zlib.error):
            pass  # the lock has left


def a_fleet_rides(stack, everyone):
    fleet = Fleet(stack, 150, "bike-")
    fleet.make()
    everyone.update(fleet.keys)
    sum_of = fleet.ride_and_dock("--rides", 2, "--rounds", 2, "--lines", 30)
    fail_unless(sum_of["acknowledged"] == sum_of["rides"] == 600 and sum_of["refused"] == 0, f"the locks say {sum_of}")
    code, locks = shown(stack)
    fail_unless(code == 0 and len(locks) == 160, f"greentill locks: exit {code}, {len(locks)} locks")
    one = locks["bike-1"]
    fail_unless((one["rides"], one["rides_waiting"], one["fault"]) == (4, 0, None) and 2400 <= one["battery_mv"] <= 3000, f"it shows {one}")
    return fleet


def what_is_booked_is_settled(stack, everyone):
    """The service's receipts come to the locks by the dock: what is settled goes first where flash runs short. They are few, since a dock's questions are rationed."""
    fleet = Fleet(stack, 10, "sure-")
    fleet.make()
    everyone.update(fleet.keys)
    sum_of = fleet.ride_and_dock("--rides", 2, "--settled")
    fail_unless(sum_of["settled"] == sum_of["rides"] == 20, f"the locks say {sum_of}")


def power_fails(stack, everyone):
    """While they ride, and at the dock, to which they show nothing but to its licence."""
    fleet = Fleet(stack, 40, "weak-", "--only-licensed-docks")
    fleet.make()
    everyone.update(fleet.keys)
    sum_of = fleet.ride_and_dock("--rides", 3, "--rounds", 3, "--cut", 400, "--cut-docked", 20, "--lines", 20)
    fail_unless(sum_of["power_cuts"] > 40, f"the power failed {sum_of['power_cuts']} times alone")
    fail_unless(sum_of["acknowledged"] == sum_of["rides"], f"the locks say {sum_of}")
    return fleet


def the_daemon_is_killed(stack, everyone, seed):
    fleet = Fleet(stack, 60, "late-", "--only-licensed-docks")
    fleet.make()
    everyone.update(fleet.keys)
    rng, sums = random.Random(seed), []
    rider = threading.Thread(target=lambda: sums.append(fleet.ride_and_dock("--rides", 2, "--rounds", 6, "--lines", 10)))
    rider.start()
    counts = kill_some(stack, 12, rng)
    rider.join()
    fail_unless(sums and sums[0]["acknowledged"] == sums[0]["rides"] == 720, f"the locks say {sums}")
    print(f"killed while locks gave their rides: {dict(counts)}")
    return fleet


def a_dock_forgets(stack, everyone):
    """Its rides come again at the next dock."""
    fleet = Fleet(stack, 10, "lost-")
    fleet.make()
    everyone.update(fleet.keys)
    robber = stack.spool / "robber"
    ForgetfulDock(robber)
    sum_of = fleet.run("--dock", robber, "--rides", 3, "--patience", PATIENCE_S)
    fail_unless(sum_of["acknowledged"] == 30, f"the forgetful dock took {sum_of}")
    strict = Fleet(stack, 5, "kept-", "--only-licensed-docks")
    strict.make()
    everyone.update(strict.keys)
    sum_of = strict.run("--dock", robber, "--rides", 2, "--stay", "--patience", 5)
    fail_unless(sum_of["rides"] == 10 and sum_of["acknowledged"] == 0, f"a dock without a licence acknowledged: {sum_of}")
    sum_of = strict.run("--dock", stack.spool / "line", "--rides", 0, "--patience", PATIENCE_S)
    fail_unless(sum_of["acknowledged"] == 10, f"the locks that want a licence say {sum_of}")
    fail_unless(shown(stack)[1]["kept-1"].get("licence") == "taken", f"it shows {shown(stack)[1]['kept-1']}")
    # They have nothing new: they come by, and the dock takes what it does not have.
    fleet.run("--dock", stack.spool / "line", "--rides", 0, "--stay", "--patience", 8)
    return fleet


def prepared(stack, folder):
    """A technician's commands before the image, which has no name yet."""
    at = ["--line", folder / "line", "--json"]
    signs = ["--key", stack.identities / "signer.key", "--certificate", stack.identities / "signer.crt"]
    order = ["lock", "provision", "qemu-1", "--programme-key", stack.identities / "signer.crt", "--out", folder / "qemu-1.pem", *at]
    asked = subprocess.run([stack.program("greentill"), *order], capture_output=True, text=True)
    code = re.search("--confirm ([0-9a-f]{16})", asked.stdout)
    fail_unless(asked.returncode == 1 and code, f"the image was not asked about: {asked.stdout}{asked.stderr}")
    made = json.loads(stack.tool(*order, "--confirm", code[1]))
    fail_unless(made["lock"] == "qemu-1", f"the image was not provisioned: {made}")
    fail_unless("BEGIN PUBLIC KEY" in (folder / "qemu-1.pem").read_text(), "the image's key was not written")
    stack.credit("lock", "settings", "qemu-1", "--number", "1", "--pause-s", "300", "--only-licensed-docks", *signs, "--out", folder / "settings.toml")
    set_now = json.loads(stack.tool("lock", "configure", folder / "settings.toml", *at))
    fail_unless(set_now["settings"] == 1, f"the image did not take its settings: {set_now}")


def hand_out(stack, folder):
    """Settings, and the image under the next version, as the programme signs them."""
    folder.mkdir()
    signs = ["--key", stack.identities / "signer.key", "--certificate", stack.identities / "signer.crt"]
    stack.credit("lock", "settings", "qemu-1", "--number", "2", "--pause-s", "240", "--only-licensed-docks", *signs, "--out", folder / "qemu-1.toml")
    forms = []
    for slot in "ab":
        form = bytearray(IMAGE.with_name(f"greentill-lock-{slot}.bin").read_bytes())
        struct.pack_into("<I", form, HEAD_AT + 4, 2)
        forms.append(stack.folder / f"form-{slot}.bin")
        forms[-1].write_bytes(form)
    stack.credit("lock", "image", *forms, *signs, "--out", folder / "lock-2.image")


def one_ride_of_the_image(stack, everyone, folder):
    """A ride on a Cortex-M4. The dock connects to QEMU's line."""
    folder.mkdir()
    lock = dock.Lock(IMAGE, folder)
    try:
        lock.do("z")
        lock.hang_up()  # QEMU's line takes one at a time
        prepared(stack, folder)
        lock.call()
        found = lock.hello()
        fail_unless(found["settings"] == 1, f"the image has settings {found['settings']}")
        everyone["qemu-1"] = found["key"]
        register(stack, "qemu-1", everyone["qemu-1"])
        lock.ride(300)
        lock.hang_up()
        stack.daemon.stop()
        with open(stack.daemon_config, "a") as config:
            config.write(dock_source(stack, "image", "connect", folder / "line", folder / "for-locks"))
        hand_out(stack, folder / "for-locks")
        stack.start_daemon()
        wait_until(lambda: shown(stack)[1].get("qemu-1", {}).get("rides_waiting") == 0, PATIENCE_S, "the image's ride to be taken")
        fail_unless(shown(stack)[1]["qemu-1"].get("licence") == "taken", f"its ride was acknowledged without a licence: {shown(stack)[1]['qemu-1']}")
        wait_until(lambda: shown(stack)[1]["qemu-1"]["clock"] == "sure", PATIENCE_S, "the image to be told the time")
        wait_until(lambda: shown(stack)[1]["qemu-1"]["settings"] == 2, PATIENCE_S, "the image to be handed its settings")
        wait_until(lambda: shown(stack)[1]["qemu-1"].get("image") == 2, PATIENCE_S, "the new image to run, and to be confirmed")
        fail_unless(shown(stack)[0] == 0, f"something is wrong with a lock: {shown(stack)[1]['qemu-1']}")
    finally:
        lock.take_battery_out()


def journey(folder, binaries, seed):
    everyone = {}
    with EnrolledStack(folder, binaries) as stack:
        stack.prepare(sources=dock_source(stack), registered=False)
        stack.start_broker()
        stack.start_workers()
        stack.enrol()
        stack.start_daemon()
        what_is_booked_is_settled(stack, everyone)
        a_fleet_rides(stack, everyone)
        power_fails(stack, everyone)
        the_daemon_is_killed(stack, everyone, seed)
        a_dock_forgets(stack, everyone)
        if IMAGE.exists():
            one_ride_of_the_image(stack, everyone, folder / "qemu")
        elif os.environ.get("CI") == "true":
            sys.exit(f"{IMAGE} is not built, and CI=true")
        stack.wait_delivered()
        rides = check_evidence(claims_of(stack), everyone)
        made = 20 + 600 + 720 + 30 + 10 + (1 if IMAGE.exists() else 0)
        fail_unless(len([ride for ride in rides if not ride[0].startswith("weak-")]) == made, f"{made} rides were made, {len(rides)} claimed")
        check_booked_once(stack, len(rides), lock_rides=len(rides))
        stack.stop()


if __name__ == "__main__":
    parser = journey_parser(__doc__.splitlines()[0], "lock-rides")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    sys.exit(run_journey(parser, lambda folder, arguments: journey(folder, arguments.bin, arguments.seed)))
