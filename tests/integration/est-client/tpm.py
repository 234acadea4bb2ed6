#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Keys sealed under a wrapping key that a TPM seals (swtpm, and systemd-creds as a unit's LoadCredentialEncrypted= would use it): a copied
disk opens nothing in another machine; after the TPM was cleared the device is enrolled by a new code, with another key. What systemd does
when it starts a unit, handing the credential over in $CREDENTIALS_DIRECTORY, is done here by hand, since no systemd runs in a test."""
import os
import pathlib
import shutil
import socket
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from est_server import EstServer  # noqa: E402
from promises import ROOT, fail_unless, journey_parser, run_journey  # noqa: E402
from stack import PATIENCE_S, connects, free_port, wait_until  # noqa: E402
from technician import CODE, DEVICE, Technician  # noqa: E402

DENIED = 5
# TPM2_Clear under the lockout hierarchy, whose password is empty (TPM 2.0 Library, Part 3, 24.6).
TPM2_CLEAR = bytes.fromhex("8002 0000001b 00000126 4000000a 00000009 40000009 0000 00 0000")


class Tpm:
    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True)
        subprocess.run(["swtpm_setup", "--tpm2", "--tpmstate", folder, "--createek"], check=True, capture_output=True)

    def __enter__(self):
        # It wants two ports, one above the other: the second may be anybody's by then.
        for _ in range(20):
            self.port = free_port()
            listen = "type=tcp,bindaddr=127.0.0.1,port="
            self.process = subprocess.Popen(["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={self.folder}", "--server",
                                             f"{listen}{self.port}", "--ctrl", f"{listen}{self.port + 1}", "--flags",
                                             "not-need-init,startup-clear"], stderr=subprocess.DEVNULL)
            wait_until(lambda: self.process.poll() is not None or connects(self.port + 1), PATIENCE_S, "the TPM")
            if self.process.poll() is None:
                return self
        raise RuntimeError("no two ports for a TPM")

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def creds(self, *arguments):
        return subprocess.run(["systemd-creds", arguments[0], f"--tpm2-device=swtpm:host=127.0.0.1,port={self.port}", "--name=greentill",
                               *arguments[1:]], capture_output=True)

    def seal(self, into):
        done = subprocess.run(["systemd-creds", "encrypt", "--with-key=tpm2", f"--tpm2-device=swtpm:host=127.0.0.1,port={self.port}",
                               "--name=greentill", "-", into], input=os.urandom(32), capture_output=True)
        fail_unless(done.returncode == 0, f"systemd-creds seals nothing: {done.stderr.decode()}")

    def open(self, sealed, folder):
        """What systemd does when the unit starts; whether the TPM let it."""
        folder.mkdir(exist_ok=True)
        done = self.creds("decrypt", sealed, folder / "greentill")
        return done.returncode == 0

    def clear(self):
        with socket.create_connection(("127.0.0.1", self.port)) as line:
            line.sendall(TPM2_CLEAR)
            fail_unless(line.recv(100)[6:10] == bytes(4), "the TPM was not cleared")


def missing():
    return [name for name in ("swtpm", "swtpm_setup", "systemd-creds") if not shutil.which(name)]


def sealed_files(folder):
    return [path for path in folder.rglob("*.key") if path.is_file() and path.read_bytes().startswith(b"GTSEAL")]


def journey(folder, arguments):
    if missing():
        fail_unless(os.environ.get("CI") != "true", f"{missing()} are missing, and CI=true")
        print(f"SKIPPED: {missing()} are missing")
        return
    subprocess.run([ROOT / "tests/support/make_ca.sh", folder / "identities"], check=True)
    with EstServer(folder / "identities") as server, Tpm(folder / "tpm") as tpm, Tpm(folder / "other-tpm") as other:
        server.codes[DEVICE] = CODE
        sealed, credentials = folder / "greentill.cred", folder / "credentials"
        tpm.seal(sealed)
        fail_unless(tpm.open(sealed, credentials), "the TPM does not open what it sealed")
        device = Technician(arguments.bin, folder / "device", server)
        unit = {"environment": {"CREDENTIALS_DIRECTORY": str(credentials)}}
        device.succeed("--wrapping-key", "greentill", **unit)
        fail_unless(len(sealed_files(device.identity)) == 1, "the key is not sealed")
        fail_unless("already in service" in device.succeed("--wrapping-key", "greentill", **unit), "it does not open its own key")
        key = server.keys[DEVICE]

        fail_unless(not other.open(sealed, folder / "stolen"), "another machine's TPM opens the wrapping key")
        other.seal(folder / "other.cred")
        fail_unless(other.open(folder / "other.cred", folder / "stolen"), "the other TPM does not open what it sealed")
        thief = {"environment": {"CREDENTIALS_DIRECTORY": str(folder / "stolen")}}
        device.refuse(DENIED, "sealed under another wrapping key", "--rekey", "--wrapping-key", "greentill", **thief)

        tpm.clear()
        shutil.rmtree(credentials)
        fail_unless(not tpm.open(sealed, credentials), "a TPM that was cleared opens what it sealed before")
        tpm.seal(sealed)
        fail_unless(tpm.open(sealed, credentials), "a TPM that was cleared seals nothing")
        device.refuse(DENIED, "sealed under another wrapping key", "--rekey", "--wrapping-key", "greentill", **unit)
        shutil.rmtree(device.identity)
        server.keys.clear()  # as a new code does that may replace the key
        device.succeed("--wrapping-key", "greentill", **unit)
        fail_unless(server.keys[DEVICE] != key and len(sealed_files(device.identity)) == 1, "the device has no key of its own again")
    print("sealed under a TPM; another machine and the TPM that was cleared open nothing; enrolled again by a code")


if __name__ == "__main__":
    sys.exit(run_journey(journey_parser(__doc__, "tpm"), journey))
