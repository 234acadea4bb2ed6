#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Ends greentill enrol, and greentilld while it renews or changes its key, at each of their changes of the identity's folder, in plain and sealed, by a kill
or a power cut in turn, and goes on. The server gives a code to one key alone, so that whoever made another one would not finish. At every instant there is one identity
in use that is whole, or none yet."""
import os
import pathlib
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from est_server import EstServer  # noqa: E402
from ends import add_turn, end_at  # noqa: E402
from promises import ROOT, fail_unless, journey_parser, run_journey  # noqa: E402
from stack import PATIENCE_S, Stack, wait_until  # noqa: E402
from technician import CODE, DEVICE, Technician, check_identity  # noqa: E402


def kill_enrolments(folder, binaries, server, turn):
    """One fresh folder for each change, until a run ends before its kill: what it has said is done is there after a power cut."""
    changes, killed = 0, True
    while killed:
        server.keys.clear()
        technician = Technician(binaries, folder / f"enrol-{changes + 1}", server)
        killed = technician.killed_at(changes + 1, turn)
        changes += killed
        is_there = (technician.identity / "current").exists()
        fail_unless(is_there or killed, "it said that the device is in service, and behind a power cut it is not")
        if is_there:
            technician.check_whole()
        # Where the code was kept it is not asked for again.
        kept = (technician.identity / "enrolment.code").exists()
        technician.succeed(code_from=None if kept or is_there else "file")
        technician.check_whole()
        left = sorted(path.name for path in technician.identity.iterdir())
        fail_unless(not [name for name in left if name.startswith("enrolment") and not name.endswith(".new")], f"the folder holds {left}")
        shutil.rmtree(technician.folder)
    fail_unless(changes >= 30, f"only {changes} changes were counted: is the library loaded?")
    return changes


class Device:
    """A daemon without a broker, whose certificate is due, or its key."""

    def __init__(self, folder, binaries, server, wrapped, rekeys=False):
        self.rekeys = rekeys
        self.stack = Stack(folder, binaries, DEVICE)
        self.server, self.identity = server, self.stack.folder / "state/identity"
        self.stack.identities.mkdir(exist_ok=True)
        for file in server.identities.iterdir():
            shutil.copy2(file, self.stack.identities)
        self.stack.write_configuration()
        self.stack.register_device(DEVICE)
        self.credentials = folder / "credentials"
        self.credentials.mkdir()
        (self.credentials / "wrap").write_bytes(bytes(range(32)))
        self.wrapped = wrapped
        text = self.stack.daemon_config.read_text().split("[uplink]")[0]
        lines = [line for line in text.splitlines() if not line.startswith(("key =", "certificate ="))]
        text = "\n".join(lines).replace("[identity]", '[identity]\nwrapping_key = "wrap"' if wrapped else "[identity]")
        self.stack.daemon_config.write_text(f'{text}\n[enrolment]\nserver = "{server.url}"\nretry_min_s = 1\n' + ("rekey_days = 30\n" if rekeys else ""))
        self.environment = {"CREDENTIALS_DIRECTORY": str(self.credentials)}
        self.stack.daemon.environment = self.environment
        server.issue_at, server.days = "-80d", 90
        server.keys.clear()
        technician = Technician(binaries, folder / "technician", server)
        technician.identity = self.identity
        technician.succeed(*(["--wrapping-key", "wrap"] if wrapped else []), environment=self.environment)
        server.issue_at = None
        self.saved = folder / "saved"
        shutil.copytree(self.stack.folder / "state", self.saved, symlinks=True)
        self.old, self.old_key = self.certificate(), self.key()

    def certificate(self):
        return (self.identity / "current/device.crt").read_text()

    def key(self):
        """As the certificate in use has it."""
        return subprocess.run(["openssl", "x509", "-in", self.identity / "current/device.crt", "-noout", "-pubkey"], capture_output=True,
                              text=True).stdout

    def restore(self):
        shutil.rmtree(self.stack.folder / "state")
        shutil.copytree(self.saved, self.stack.folder / "state", symlinks=True)

    def check(self):
        """One of two identities is in use, and whole."""
        certificate = self.certificate()
        fail_unless(certificate == self.old or certificate in self.server.issued, "another certificate is in use")
        if not self.wrapped:
            check_identity(self.identity)
        else:
            text = (self.identity / "current/device.key").read_bytes()
            fail_unless(text.startswith(b"GTSEAL\x01") and b"PRIVATE" not in text, "the key lies there in plain")
        return certificate

    def run(self, kill_at, turn=0):
        """Starts the daemon until it ended at the change or has renewed; whether it ended."""
        self.stack.daemon.environment = {**self.environment, **(end_at(self.stack.binaries, self.identity, kill_at, turn) if kill_at else {})}
        daemon = self.stack.daemon
        daemon.start()

        def over():
            if not daemon.running:
                return True
            if self.rekeys:
                return self.key() != self.old_key and not (self.identity / "rekey").exists() and self.stack.api.healthy()
            return self.certificate() != self.old and "was renewed" in daemon.log.read_text()[self.read:]
        self.read = daemon.log.stat().st_size if daemon.log.exists() else 0
        wait_until(over, PATIENCE_S, "the daemon to renew or to be killed", pause=0.01)
        killed = not daemon.running
        if killed:
            fail_unless(daemon.process.wait() == -signal.SIGKILL, f"greentilld ended with {daemon.process.returncode}: see {daemon.log}")
        else:
            daemon.kill()
        return killed


def kill_renewals(folder, binaries, server, wrapped, turn, rekeys=False):
    device = Device(folder, binaries, server, wrapped, rekeys)
    changes = 0
    while device.run(changes + 1, turn):
        changes += 1
        device.check()
        if device.certificate() == device.old or rekeys:
            fail_unless(not device.run(None), "the daemon ended by itself")
        new = device.check()
        fail_unless(new != device.old, "the certificate was not renewed")
        fail_unless((device.key() == device.old_key) != rekeys, "the key is another one" if not rekeys else "the key was not changed")
        device.restore()
    fail_unless(changes >= 8, f"only {changes} changes were counted")
    return changes


def other_key(folder, binaries, server):
    """A disk in another machine opens nothing, and the daemon says why."""
    device = Device(folder, binaries, server, True)
    (device.credentials / "wrap").write_bytes(bytes(32))
    done = subprocess.run([device.stack.program("greentilld"), "--config", device.stack.daemon_config], capture_output=True, text=True,
                          env={**os.environ, **device.environment})
    fail_unless(done.returncode == 4 and "was sealed under another wrapping key, with the id" in done.stderr, f"it says {done.stderr}")
    plain = [path for path in (device.stack.folder / "state").rglob("*") if path.is_file() and b"PRIVATE KEY" in path.read_bytes()]
    fail_unless(not plain, f"{plain} hold a key in plain")


def journey(folder, arguments):
    subprocess.run([ROOT / "tests/support/make_ca.sh", folder / "identities"], check=True)
    with EstServer(folder / "identities") as server:
        server.codes[DEVICE] = CODE
        enrolled = kill_enrolments(folder, arguments.bin, server, arguments.turn)
        print(f"ended at each of {enrolled} changes of an enrolment", flush=True)
        for wrapped in (False, True):
            renewed = kill_renewals(folder / f"renewal-{'sealed' if wrapped else 'plain'}", arguments.bin, server, wrapped, arguments.turn)
            print(f"ended at each of {renewed} changes of a renewal, {'sealed' if wrapped else 'in plain'}", flush=True)
        rekeyed = kill_renewals(folder / "rekey-sealed", arguments.bin, server, True, arguments.turn, rekeys=True)
        print(f"ended at each of {rekeyed} changes of a rekey, sealed", flush=True)
        other_key(folder / "other-machine", arguments.bin, server)
    print("one key and one identity each time; another machine opens nothing")


if __name__ == "__main__":
    parser = journey_parser(__doc__, "enrolment-kills")
    add_turn(parser)
    sys.exit(run_journey(parser, journey))
