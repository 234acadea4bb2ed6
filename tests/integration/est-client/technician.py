# SPDX-License-Identifier: Apache-2.0
"""What a technician does, and what must hold of a device's identity whenever it is looked at."""
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from est_server import openssl  # noqa: E402
from ends import end_at  # noqa: E402
from promises import fail_unless  # noqa: E402

DEVICE = "till-7"
CODE = "2K9M-77QX-ABCD"


class Technician:
    """Enrols into one folder without a terminal."""

    def __init__(self, binaries, folder, server):
        self.binaries = binaries
        self.program = pathlib.Path(binaries).resolve() / "bin" / "greentill"
        self.folder, self.server = folder, server
        self.identity = folder / "identity"
        self.code_file = folder / "code"
        folder.mkdir(parents=True, exist_ok=True)
        self.code_file.write_text(CODE + "\n")

    def run(self, *more, fingerprint=None, device=DEVICE, environment=None, before=(), code_from="file", url=None):
        """The program's exit code and what it said."""
        command = [*before, self.program, "enrol", "--folder", self.identity, "--server", url or self.server.url, "--device", device,
                   "--fingerprint", fingerprint or self.server.fingerprint, *(() if "--patience" in more else ("--patience", "0")), *more]
        if code_from:
            command += ["--code-file", self.code_file if code_from == "file" else code_from]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              env={**os.environ, **(environment or {})})
        return done.returncode, done.stdout + done.stderr

    def succeed(self, *more, **options):
        code, said = self.run(*more, **options)
        fail_unless(code == 0, f"greentill enrol ended with {code}:\n{said}")
        return said

    def refuse(self, code, words, *more, **options):
        """It fails with that exit code, and says these words."""
        got, said = self.run(*more, **options)
        fail_unless(got == code, f"greentill enrol ended with {got} in place of {code}:\n{said}")
        for one in [words] if isinstance(words, str) else words:
            fail_unless(one in said, f"greentill enrol does not say \"{one}\":\n{said}")
        fail_unless(CODE not in said, "the code was shown")

    def killed_at(self, change, turn=0):
        """Runs until that change of the folder; whether it ended there, and not before."""
        code, said = self.run(environment=end_at(self.binaries, self.identity, change, turn))
        fail_unless(code in (0, -9), f"change {change}: greentill enrol ended with {code}:\n{said}")
        return code == -9

    def document(self, *more, **options):
        return json.loads(self.succeed("--json", *more, **options))

    def check_whole(self):
        """The identity in use is whole: a key of the owner's alone, its certificate, and nothing secret left of the enrolment."""
        return check_identity(self.identity)


def check_identity(folder):
    key, certificate = folder / "current/device.key", folder / "current/device.crt"
    fail_unless(os.readlink(folder / "current") in ("a", "b"), "current is no slot")
    fail_unless(key.stat().st_mode & 0o777 == 0o600, f"the key has the mode {key.stat().st_mode & 0o777:o}")
    fail_unless(folder.stat().st_mode & 0o777 == 0o700, "the folder is open to others")
    public = openssl("pkey", "-in", key, "-pubout")
    fail_unless(public == openssl("x509", "-in", certificate, "-noout", "-pubkey"), "key and certificate are of different keys")
    openssl("verify", "-partial_chain", "-CAfile", folder / "authorities.pem", certificate)
    return public
