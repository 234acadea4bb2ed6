# SPDX-License-Identifier: Apache-2.0
"""An installation whose device is put into service as a technician does it: authorities by `greentill-credit ca`, a one-time code, `greentill enrol`."""
import json
import os
import secrets
import shutil
import subprocess

from parts import PATIENCE_S, connects, free_port, output_of, wait_until
from stack import Stack

SERVERS = (("broker", "server", ("--host", "localhost,127.0.0.1")), ("est", "server", ("--host", "localhost,127.0.0.1")), ("service", "worker", ()),
           ("signer", "bundles", ("--name", "Throw-away signer")), ("trees", "trees", ("--name", "Throw-away trees")))
# As they are named where openssl makes them: whose certificates open which door, and whom everybody trusts.
NAMES = {"devices-ca.crt": "devices-door.crt", "workers-ca.crt": "workers-door.crt", "ca.crt": "anchors.crt"}


def write_private(path, text):
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


class EnrolledStack(Stack):
    def __init__(self, folder, binaries, workers=1, store="sqlite"):
        super().__init__(folder, binaries, workers=workers, store=store)
        self.est_port = free_port()
        self.authorities = "state/identity/authorities.pem"

    @property
    def certificate(self):
        return self.folder / "state/identity/current/device.crt"

    def identity_text(self):
        return f"""\
[enrolment]
server = "https://localhost:{self.est_port}"
"""

    def service_text(self):
        return f"""\
[est]
listen = "127.0.0.1:{self.est_port}"
url = "https://localhost:{self.est_port}"
authority = "identities/ca"
certificate = "identities/est.crt"
key = "identities/est.key"

[signer]
certificate = "identities/signer.crt"
key = "identities/signer.key"

[trees]
url = "https://trees.example/"
name = "Throw-away programme"
certificate = "identities/trees.crt"
key = "identities/trees.key"
duty = {{ name = "voluntary tree-planting duty" }}
"""

    def make_certificates(self):
        """All but the device's. A server's key is made where it is used, as everywhere, and its request given to the authority."""
        self.identities.mkdir(parents=True, exist_ok=True)
        authority = self.identities / "ca"
        made = json.loads(output_of(self.program("greentill-credit"), "ca", "init", authority, "--name", "Throw-away programme", "--json"))
        self.fingerprint = made["fingerprint"]
        for name, kind, options in SERVERS:
            key, request = self.identities / f"{name}.key", self.identities / f"{name}.csr"
            subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
                            "-subj", "/CN=any", "-outform", "der", "-out", request], check=True, stderr=subprocess.DEVNULL)
            key.chmod(0o600)
            output_of(self.program("greentill-credit"), "ca", "issue", authority, kind, "--request", request,
                      "--out", self.identities / f"{name}.crt", *options)
        for name, made_as in NAMES.items():
            shutil.copyfile(authority / made_as, self.identities / name)
        write_private(self.identities / "programme.key", secrets.token_hex(32) + "\n")

    def write_settings(self, device=None):
        """They come with the enrolment."""

    def enrol(self, environment=None):
        """What operator and technician do, the device's program with more of an `environment`. Requires: a worker runs. How the device says
        that it is in service."""
        wait_until(lambda: connects(self.est_port), PATIENCE_S, "the EST server to listen")
        code = json.loads(self.credit("code", "add", self.device, "--json"))["code"]
        return output_of(self.program("greentill"), "--config", self.daemon_config, "enrol", "--device", self.device,
                         "--fingerprint", self.fingerprint, "--code-file", "-", input=code + "\n",
                         env={**os.environ, **(environment or {})}).strip()
