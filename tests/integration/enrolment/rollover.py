#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The programme's root gets a follower while a device sells: /cacerts offers it with the certificates by which both certify each other, as
strongSwan and OpenSSL read them; the daemon goes over to it without a restart, ended at each change that it makes for that, by a kill or a power cut in turn, and later does
without the old one. What stands below the root brings no other: the daemon refuses that, says so, and goes on. The command that makes the
root is ended at each of its changes."""
import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "support"))
sys.path.insert(0, str(HERE.parent / "est-client"))
sys.path.insert(0, str(HERE))

from ends import add_turn, end_at  # noqa: E402
from enrolment import Office, run  # noqa: E402
from promises import fail_unless, journey_parser, run_journey  # noqa: E402
from rekey import Scene  # noqa: E402
from stack import PATIENCE_S, connects, output_of, wait_until  # noqa: E402

LINKS = ("root-former.crt", "new-with-old.crt", "old-with-new.crt")


def pems(path):
    """The certificates of a file, each as its PEM."""
    parts = pathlib.Path(path).read_text().split("-----BEGIN CERTIFICATE-----")[1:]
    return {"".join(part.split("-----END")[0].split()) for part in parts}


def of(ca, *names):
    return set().union(*(pems(ca / name) for name in names))


BRANCHES = ("devices.crt", "workers.crt", "signers.crt")


class Rollover:
    def __init__(self, scene, options):
        self.scene, self.stack, self.office, self.options = scene, scene.stack, scene.office, options
        self.ca = self.office.folder / "ca"
        self.held = scene.identity / "authorities.pem"

    def serve(self):
        """The service gives what stands in the authorities' folder now."""
        for worker in self.stack.workers:
            worker.stop()
        self.stack.start_workers()
        wait_until(lambda: connects(self.office.port), PATIENCE_S, "the EST server to listen")

    def look(self):
        output_of(self.office.binaries / "bin/greentill", "retry", "--config", self.stack.daemon_config)

    def follows(self, wanted):
        wait_until(lambda: pems(self.held) == wanted, PATIENCE_S, "the daemon to follow the authorities")
        self.scene.ride()
        self.scene.all_credited()

    def warns(self, words):
        return any(words in warning for warning in self.stack.api.status()["warnings"])


def command(it, turn):
    """ca new-root, ended at each change: the folder is the one before or the one after, whole, and the next run does what is left."""
    before, changes = it.ca, 0
    while True:
        copy = it.office.folder / "killed-ca"
        for left in it.office.folder.glob("killed-ca*"):
            shutil.rmtree(left)
        shutil.copytree(before, copy)
        environment = {**os.environ, **end_at(it.office.binaries, copy, changes + 1, turn)}
        done = subprocess.run([it.office.binaries / "bin/greentill-credit", "ca", "new-root", copy], capture_output=True, text=True, env=environment)
        fail_unless(done.returncode in (0, -9), f"ca new-root ended with {done.returncode}: {done.stderr}")
        shown = json.loads(output_of(it.office.binaries / "bin/greentill-credit", "ca", "show", copy, "--json"))["authorities"]
        fail_unless(len(shown) == 7 or (len(shown) == 4 and done.returncode != 0), f"ended at change {changes + 1} the folder has {len(shown)} authorities")
        check_folder(copy, len(shown) == 7)
        if done.returncode == 0:
            break
        changes += 1
    fail_unless(changes >= 20, f"only {changes} changes were counted")
    return changes


def check_folder(ca, is_new):
    """Each key is its certificate's, and what is below the root is issued by it."""
    for name in ("root", "devices", "workers", "signers", *(("root-former",) if is_new else ())):
        of_key = run("openssl", "pkey", "-in", ca / f"{name}.key", "-pubout").stdout
        fail_unless(of_key == run("openssl", "x509", "-in", ca / f"{name}.crt", "-noout", "-pubkey").stdout, f"{ca}/{name}: another key")
    for name in BRANCHES:
        run("openssl", "verify", "-x509_strict", "-CAfile", ca / "root.crt", ca / name)
    if is_new:
        run("openssl", "verify", "-x509_strict", "-CAfile", ca / "root-former.crt", ca / "new-with-old.crt")
        run("openssl", "verify", "-x509_strict", "-CAfile", ca / "root.crt", ca / "old-with-new.crt")
        for name in BRANCHES:  # who has the old root alone is led to it
            run("openssl", "verify", "-x509_strict", "-CAfile", ca / "root-former.crt", "-untrusted", ca / "new-with-old.crt", ca / name)


def strangers(it):
    """The authority of the devices lies at the service: whoever has it brings no root, and no other authority."""
    folder, ca = it.office.folder, it.ca
    saved = folder / "saved-ca"
    shutil.copytree(ca, saved)
    held = pems(it.held)
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=Example programme", "-days", "900",
        "-keyout", folder / "own.key", "-out", folder / "own.crt", "-addext", "basicConstraints=critical,CA:TRUE", "-addext",
        "keyUsage=critical,keyCertSign")
    extensions = folder / "link.ext"
    extensions.write_text("basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n")
    run("openssl", "req", "-new", "-key", folder / "own.key", "-subj", "/CN=Example programme", "-out", folder / "own.csr")
    run("openssl", "x509", "-req", "-in", folder / "own.csr", "-CA", ca / "devices.crt", "-CAkey", ca / "devices.key", "-days", "900", "-extfile",
        extensions, "-out", folder / "own-with-devices.crt")
    for what in ({"workers.crt": ca / "devices-door.crt"}, {"root-former.crt": folder / "own.crt", "new-with-old.crt": folder / "own-with-devices.crt"}):
        for name, source in what.items():
            shutil.copy(source, ca / name)
        it.serve()
        it.look()
        wait_until(lambda: it.warns("other authorities are offered"), PATIENCE_S, "the daemon to refuse a stranger's authorities")
        it.scene.ride()
        it.scene.all_credited()
        fail_unless(pems(it.held) == held, "the daemon took a stranger's authorities")
        shutil.rmtree(ca)
        shutil.copytree(saved, ca)
    it.serve()
    it.look()
    wait_until(lambda: not it.warns("authorities"), PATIENCE_S, "the daemon to be content again")


def switch(it, wanted, turn):
    """From the authorities that it holds to those that are offered: at each change of the identity an end."""
    stack, changes = it.stack, 0
    stack.daemon.stop()
    before = it.held.read_text()
    while True:
        it.held.write_text(before)
        read = stack.daemon.log.stat().st_size
        stack.daemon.environment = end_at(it.office.binaries, it.scene.identity, changes + 1, turn)
        stack.daemon.start()
        wait_until(lambda: not stack.daemon.running or "authorities are others from now on" in stack.daemon.log.read_text()[read:], PATIENCE_S,
                   "the daemon to follow or to be killed", pause=0.01)
        died = not stack.daemon.running
        stack.daemon.kill()
        stack.daemon.environment = None
        fail_unless(it.held.read_text() == before or pems(it.held) == wanted, f"killed at change {changes + 1} it holds something else")
        stack.start_daemon()
        it.follows(wanted)
        stack.daemon.stop()
        if not died:
            break
        changes += 1
    fail_unless(changes >= 5, f"only {changes} changes were counted")
    stack.start_daemon()
    return changes


def foreign_clients(it):
    """strongSwan's client gets the offered set over TLS that the old root vouches for, and no less."""
    folder = it.office.folder / "estca"
    folder.mkdir()
    run("pki", "--estca", "--url", f"https://localhost:{it.office.port}", "--cacert", it.ca / "root-former.crt", "--caout", folder / "got.pem",
        "--outform", "pem", "--force")
    got = set().union(*(pems(file) for file in folder.glob("got*.pem")))
    wanted = of(it.ca, "root.crt", *BRANCHES, *LINKS)
    fail_unless(got == wanted, f"strongSwan got {len(got)} certificates, and {len(wanted)} are offered")
    answer = run("curl", "-sS", "--cacert", it.ca / "root-former.crt", f"{it.office.url}/cacerts").stdout
    listed = subprocess.run(["openssl", "pkcs7", "-inform", "der", "-print_certs"], input=base64.b64decode(answer), capture_output=True, check=True)
    fail_unless(listed.stdout.count(b"BEGIN CERTIFICATE") == 7, "OpenSSL reads another number of certificates")


def journey(folder, options):
    folder = pathlib.Path(folder).resolve()
    office = Office(folder / "office", pathlib.Path(options.bin).resolve())
    scene = Scene(folder, office.binaries, office)
    it = Rollover(scene, options)
    with scene.stack as stack:
        scene.start()
        scene.ride()
        scene.all_credited()
        print(f"ca new-root ended at each of {command(it, options.turn)} changes", flush=True)
        strangers(it)
        print("a root that the devices' authority vouches for is refused, and the device goes on", flush=True)
        office.tool("ca", "new-root", it.ca)
        check_folder(it.ca, True)
        it.serve()
        foreign_clients(it)
        changes = switch(it, of(it.ca, "root.crt", *BRANCHES, "root-former.crt"), options.turn)
        print(f"followed, killed at each of {changes} changes", flush=True)
        # And over the connection that is, to the new root alone.
        office.tool("ca", "retire-root", it.ca)
        it.serve()
        it.look()
        it.follows(of(it.ca, "root.crt", *BRANCHES))
        run("openssl", "verify", "-x509_strict", "-CAfile", it.held, scene.identity / "current/device.crt")
        # A device that comes now confirms the new root by its fingerprint.
        office.fingerprint = json.loads(office.tool("ca", "show", it.ca, "--json"))["fingerprint"]
        stack.credit("device", "add", "device-2", "--class", "kiosk", "--merchant", "demo-merchant", "--site", "x", "--root", "demo-merchant")
        stack.device = "device-2"
        scene.enrol("--code-file", scene.code(), identity=folder / "second")
        fail_unless(pems(folder / "second/authorities.pem") == pems(it.held), "the second device trusts others")
        stack.credit("check")
        print("without the old root, and a second device under the new one")
        stack.stop()


if __name__ == "__main__":
    parser = journey_parser(__doc__, "rollover")
    add_turn(parser)
    sys.exit(run_journey(parser, journey))
