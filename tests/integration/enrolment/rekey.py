#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A device with a real broker and service gets another key while claims wait on it, and later is replaced by another unit that has its
disk. What the old key signed is delivered first, the new chain goes on behind it, every ride is credited once, what the old unit signed
last with the operator's consent. The rekey is ended at each of its changes, by a kill or a power cut in turn, on the device, where a command makes it and where the
daemon does at the time that is set, without being started anew."""
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "support"))
sys.path.insert(0, str(HERE.parent / "est-client"))
sys.path.insert(0, str(HERE))

from ends import add_turn, end_at  # noqa: E402
from enrolment import Key, Office, run, stack_of  # noqa: E402
from promises import fail_unless, journey_parser, run_journey  # noqa: E402
from stack import PATIENCE_S, connects, output_of, wait_until  # noqa: E402
from technician import check_identity  # noqa: E402


class Scene:
    """A stack whose broker and service stand under the office's authorities, and whose device is enrolled by greentill enrol."""

    def __init__(self, folder, binaries, office):
        self.office, self.binaries = office, binaries
        self.stack = stack_of(office, folder, binaries)
        stack, ca = self.stack, office.folder / "ca"
        self.signer = Key(office.folder, "signer")
        office.tool("ca", "issue", ca, "consents", "--name", "Anna", "--request", self.signer.der, "--out", self.signer.certificate)
        credit = stack.folder / "credit.toml"
        credit.write_text(f'consent_authorities = "{ca}/signers-door.crt"\nconsent_certificates = "{self.signer.certificate}"\n' + credit.read_text())
        self.identity = stack.folder / "state/identity"
        text = stack.daemon_config.read_text()
        lines = [line for line in text.splitlines() if not line.startswith(("key =", "certificate ="))]
        text = "\n".join(lines).replace('authorities = "identities/ca.crt"', 'authorities = "state/identity/authorities.pem"')
        stack.daemon_config.write_text(f'{text}\n[enrolment]\nserver = "https://localhost:{office.port}"\nretry_min_s = 1\nrekey_days = 30\n')
        self.rides = 0

    def start(self):
        stack = self.stack
        stack.register_device(stack.device)
        stack.start_broker()
        stack.start_workers()
        wait_until(lambda: connects(self.office.port), PATIENCE_S, "the EST server to listen")
        self.enrol("--code-file", self.code())
        stack.start_daemon()

    def code(self, *options):
        file = self.stack.folder / "code"
        file.write_text(json.loads(self.stack.credit("code", "add", self.stack.device, "--json", *options))["code"] + "\n")
        return file

    def enrol(self, *options, kill_at=None, turn=0, identity=None):
        environment = {**os.environ}
        identity = identity or self.identity
        if kill_at:
            environment |= end_at(self.binaries, identity, kill_at, turn)
        identity.parent.mkdir(parents=True, exist_ok=True)
        command = [self.binaries / "bin/greentill", "enrol", "--folder", identity, "--server", f"https://localhost:{self.office.port}",
                   "--device", self.stack.device, "--fingerprint", self.office.fingerprint, "--patience", "20", *options]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, stdin=subprocess.DEVNULL, env=environment)
        fail_unless(done.returncode == 0 or (kill_at and done.returncode == -9), f"greentill enrol ended with {done.returncode}:\n{done.stderr}")
        return done.returncode == -9

    def ride(self):
        self.rides += 1
        end = int(time.time()) - 300 - 700 * self.rides
        trip = {"issuer": self.stack.device, "event_id": str(self.rides), "kind": "trip", "mode": "bike.shared", "begin": end - 600, "end": end,
                "quantities": {"m.odometer": 2400}}
        status, body = self.stack.api.post(json.dumps(trip), "application/json")
        fail_unless(status == 201, f"a trip was answered {status}: {body!r}")

    def restart_daemon(self):
        self.stack.daemon.stop()
        self.stack.start_daemon()

    def key_hash(self):
        public = run("openssl", "pkey", "-in", self.identity / "current/device.key", "-pubout", "-outform", "der", text=False).stdout
        return hashlib.sha256(public).hexdigest()

    def age_key(self):
        """The key in use is old: it is to be changed."""
        (self.identity / "key.since").write_text(f"{self.key_hash()} 1000000000\n")

    def over(self, before):
        """Whether the daemon has another key than that, and no rekey is under way."""
        try:
            return not (self.identity / "rekey").exists() and self.key_hash() != before and self.stack.api.status()["renewal"]["rekeyed_at"]
        except (OSError, AssertionError):
            return False

    def keys(self):
        return json.loads(self.stack.credit("key", "list", "--device", self.stack.device, "--json"))["keys"]

    def all_credited(self):
        self.stack.wait_delivered()
        report = self.stack.report()
        fail_unless(not report["refused"], f"{report}")
        return report

    def chains(self):
        devices = json.loads(self.stack.credit("devices", self.stack.device, "--json"))["devices"]
        return devices[0]["chains"]


def rekey(scene, turn):
    """With claims that wait: at each change of the folder an end, and on with the same key."""
    stack = scene.stack
    scene.ride()
    one_ride = scene.all_credited()["granted_mg"]
    before = check_identity(scene.identity)
    stack.broker.stop()
    scene.ride()
    changes = 0
    while True:
        died = scene.enrol("--rekey", kill_at=changes + 1, turn=turn)
        is_over = check_identity(scene.identity) != before and not (scene.identity / "rekey").exists()
        keys = len(scene.keys())
        fail_unless(died or is_over, "it said that the key is changed, and behind a power cut it is not")
        if not is_over:
            scene.enrol("--rekey")
        after = check_identity(scene.identity)
        fail_unless(after != before, "the key is the one before")
        fail_unless(keys <= changes + 2 and len(scene.keys()) == changes + 2, f"killed at change {changes + 1}: {len(scene.keys())} keys")
        fail_unless(sum(key["successor"] is None for key in scene.keys()) == 1, "not one identity")
        left = sorted(path.name for path in scene.identity.iterdir() if path.name != "key.since")
        fail_unless(left == ["a", "authorities.pem", "b", "current", "lock"], f"the folder holds {left}")
        before = after
        if not died:
            break
        changes += 1
    fail_unless(changes >= 8, f"only {changes} changes were counted")
    stack.start_broker()
    # The daemon goes on under the key that it finds, as soon as somebody says so.
    output_of(scene.binaries / "bin/greentill", "retry", "--config", stack.daemon_config)
    wait_until(lambda: stack.api.status()["renewal"]["rekeyed_at"], PATIENCE_S, "the daemon to take the new key up")
    scene.ride()
    scene.all_credited()
    chains = scene.chains()
    fail_unless(len(chains) == 2 and [one["state"] for one in chains].count("open") == 1, f"{chains}")
    return changes, one_ride


def rekey_by_daemon(scene, every, turn):
    """At the time that is set, while it sells: at each change of the state, or some of them, an end, and on with the same key. One identity, no claim lost."""
    stack = scene.stack
    changes = 0
    while True:
        before, keys = scene.key_hash(), len(scene.keys())
        stack.daemon.stop()
        scene.age_key()
        stack.daemon.environment = end_at(scene.binaries, stack.folder / "state", changes + 1, turn)
        stack.daemon.start()
        wait_until(lambda: not stack.daemon.running or scene.over(before), PATIENCE_S, "the daemon to change its key or to be killed", pause=0.01)
        died = not stack.daemon.running
        stack.daemon.kill()
        check_identity(scene.identity)
        stack.daemon.environment = None
        stack.start_daemon()
        # Killed behind its last change of the folder, it has a new key without having changed it in this life.
        wait_until(lambda: scene.key_hash() != before and not (scene.identity / "rekey").exists(), PATIENCE_S, "the daemon to change its key")
        scene.ride()
        scene.all_credited()
        fail_unless(len(scene.keys()) == keys + 1, f"killed at change {changes + 1}: {len(scene.keys()) - keys} new keys")
        fail_unless(sum(key["successor"] is None for key in scene.keys()) == 1, "not one identity")
        states = [one["state"] for one in scene.chains()]
        fail_unless(states.count("open") == 1 and set(states) == {"open", "closed"}, f"killed at change {changes + 1}: {scene.chains()}")
        if not died:
            break
        changes += every
    fail_unless(changes >= 20, f"only {changes} changes were counted")
    fail_unless(stack.api.status()["renewal"]["rekey_from"] > time.time() + 29 * 86_400, "the new key is due already")
    return changes


def kill_first_starts(scene, every, turn):
    """The new unit's first start on the old one's store, without a line: ended at each change of the state, or some of them. Each time it
    comes back able to sell, in a chain behind the old one, whose claims are all there."""
    stack, changes = scene.stack, 0
    state, saved = stack.folder / "state", stack.folder / "saved-state"
    shutil.copytree(state, saved, symlinks=True)
    waiting = None
    while True:
        stack.daemon.environment = end_at(scene.binaries, state, changes + 1, turn)
        stack.daemon.start()
        wait_until(lambda: not stack.daemon.running or stack.api.healthy(), PATIENCE_S, "the daemon to start or to be killed", pause=0.01)
        died = not stack.daemon.running
        stack.daemon.kill()
        stack.daemon.environment = None
        stack.start_daemon()
        status = stack.api.status()
        fail_unless(status["chain"]["seq"] == 1, f"killed at change {changes + 1}: {status['chain']}")
        fail_unless(waiting in (None, status["backlog"]["waiting"]), f"killed at change {changes + 1}: {status['backlog']}, {waiting} before")
        waiting = status["backlog"]["waiting"]
        scene.ride()
        scene.rides -= 1  # of a state that is gone
        stack.daemon.stop()
        check_identity(scene.identity)
        shutil.rmtree(state)
        shutil.copytree(saved, state, symlinks=True)
        if not died:
            break
        changes += every
    shutil.rmtree(saved)
    fail_unless(changes >= 10, f"only {changes} changes were counted")
    return changes


def replacement(scene, every, turn):
    """Another unit with the old one's disk: a key of its own, by a code that may replace the one before."""
    stack = scene.stack
    stack.broker.stop()
    scene.ride()
    stack.daemon.stop()
    shutil.rmtree(scene.identity)
    scene.enrol("--code-file", scene.code("--replace", "--why", "burnt"))
    check_identity(scene.identity)
    changes = kill_first_starts(scene, every, turn)
    print(f"another unit's first start on the old one's store, ended at every {every}. of {changes} changes", flush=True)
    stack.start_broker()
    stack.start_daemon()
    scene.ride()
    # The old key is good up to where the ledger stood; what came behind it waits for the operator's word.
    wait_until(lambda: stack.report()["claims"] == len(scene.chains()) + scene.rides, PATIENCE_S, "all claims to have come")
    held = stack.report()["held"]
    fail_unless(list(held) == ["after-consent"] and held["after-consent"]["claims"] == 1, f"held are {held}")
    log = stack.daemon.log.read_text()
    places = re.findall(r"signed by another unit of this device: a new chain begins behind claim (\d+) of the last one, (\w+), whose hash is (\w+)", log)
    fail_unless(places, "the daemon does not say where the old chain ended")
    seq, chain, digest = places[-1]
    consent = stack.folder / "consent.cwt"
    stack.credit("key", "sign-consent", stack.device, "--key", scene.signer.key, "--certificate", scene.signer.certificate, "--out", consent,
                 "--seq", seq, "--chain", chain, "--hash", digest)
    stack.credit("key", "consent", consent)
    wait_until(lambda: not stack.report()["held"], PATIENCE_S, "the held claim to be decided")


def journey(folder, options):
    folder = pathlib.Path(folder).resolve()
    office = Office(folder / "office", pathlib.Path(options.bin).resolve())
    scene = Scene(folder, office.binaries, office)
    with scene.stack as stack:
        scene.start()
        changes, one_ride = rekey(scene, options.turn)
        print(f"rekeyed with a claim waiting, ended at each of {changes} changes", flush=True)
        changes = rekey_by_daemon(scene, options.every, options.turn)
        print(f"rekeyed by the daemon itself, ended at every {options.every}. of {changes} changes", flush=True)
        replacement(scene, options.every, options.turn)
        granted = scene.all_credited()["granted_mg"]
        fail_unless(granted == scene.rides * one_ride, f"{scene.rides} rides of {one_ride} mg were credited {granted} mg")
        states = [one["state"] for one in scene.chains()]
        fail_unless(states.count("open") == 1 and set(states) == {"open", "closed"}, f"{scene.chains()}")
        stack.credit("check")
        print(f"replaced with its disk: all {scene.rides} rides are credited, once each")
        stack.stop()


if __name__ == "__main__":
    parser = journey_parser(__doc__, "rekey")
    parser.add_argument("--every", type=int, default=1, help="end the daemon at every so many changes (default: each)")
    add_turn(parser)
    sys.exit(run_journey(parser, journey))
